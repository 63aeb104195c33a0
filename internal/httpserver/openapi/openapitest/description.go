package openapitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"networkmngr/internal/httpserver"
)

// object is a JSON object.
type object = map[string]any

// Description is a parsed OpenAPI document. It may be used from any goroutine.
type Description struct {
	root    object
	schemas *schemas
}

// Parse reads a document in YAML.
func Parse(text []byte) (*Description, error) {
	var raw any
	if err := yaml.Unmarshal(text, &raw); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(raw)
	if err != nil {
		return nil, err
	}
	root, err := decode(plain)
	if err != nil {
		return nil, err
	}
	d := &Description{root: child(root, "")}
	d.schemas = &schemas{root: d.root}
	return d, nil
}

// decode reads one JSON value and keeps its numbers exact.
func decode(text []byte) (value any, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return nil, err
	}
	if dec.More() {
		return nil, fmt.Errorf("something follows the JSON value")
	}
	return value, nil
}

// child is the object under key of another one, or the value itself if key is
// empty. Where there is none, it is nil, which reads as an empty object.
func child(value any, key string) object {
	parent, _ := value.(object)
	if key == "" {
		return parent
	}
	found, _ := parent[key].(object)
	return found
}

// items is the list under key.
func items(parent object, key string) []any {
	list, _ := parent[key].([]any)
	return list
}

// resolved follows references to the object that is meant.
func (d *Description) resolved(value any) object {
	found := child(value, "")
	for i := 0; found["$ref"] != nil && i < maxDepth; i++ {
		target, err := d.schemas.lookup(found["$ref"])
		if err != nil {
			return nil
		}
		found = child(target, "")
	}
	return found
}

// operation is what one method does on one path.
type operation struct {
	method, path string // as the document has them: "GET", "/blocks/{id}"
	object
}

var methods = []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}

// operations lists all of the document.
func (d *Description) operations() []operation {
	var list []operation
	for path, item := range child(d.root, "paths") {
		for method, o := range child(item, "") {
			list = append(list, operation{strings.ToUpper(method), path, child(o, "")})
		}
	}
	slices.SortFunc(list, func(a, b operation) int {
		return strings.Compare(a.path+" "+a.method, b.path+" "+b.method)
	})
	return list
}

// parameters lists those of an operation that stand in this place, by name.
func (d *Description) parameters(o operation, in string) map[string]object {
	list := make(map[string]object)
	for _, p := range items(o.object, "parameters") {
		if p := d.resolved(p); p["in"] == in {
			list[fmt.Sprint(p["name"])] = p
		}
	}
	return list
}

// Compare tells what of a table of routes the description lacks or has in
// another way, and what it has that no route does.
func (d *Description) Compare(routes []httpserver.Route) []string {
	described := make(map[string]operation)
	for _, o := range d.operations() {
		described[o.method+" "+o.path] = o
	}
	var wrong []string
	for _, r := range routes {
		for _, method := range r.Methods {
			name := method + " " + template(r.Path)
			o, known := described[name]
			delete(described, name)
			if !known {
				wrong = append(wrong, name+" is not described")
				continue
			}
			for _, difference := range d.compareOne(o, r) {
				wrong = append(wrong, name+": "+difference)
			}
		}
	}
	for name := range described {
		wrong = append(wrong, name+" is described, and no route")
	}
	slices.Sort(wrong)
	return wrong
}

// template is a path of the routes table in OpenAPI's form.
func template(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

func (d *Description) compareOne(o operation, r httpserver.Route) []string {
	var wrong []string
	differ := func(what string, described, routed any) {
		if fmt.Sprint(described) != fmt.Sprint(routed) {
			wrong = append(wrong, fmt.Sprintf("%s described as %v, routed as %v", what, described, routed))
		}
	}
	differ("query parameters", names(d.parameters(o, "query")), slices.Sorted(slices.Values(r.Query)))
	differ("path parameters", names(d.parameters(o, "path")), placeholders(o.path))
	differ("body", o.object["requestBody"] != nil, r.Body > 0)
	differ("need of the token", o.object["security"] != nil, r.Changes)
	_, unauthorized := child(o.object, "responses")["401"]
	differ("answer 401", unauthorized, r.Changes)
	return wrong
}

func names(parameters map[string]object) []string {
	return slices.Sorted(maps.Keys(parameters))
}

func placeholders(path string) []string {
	list := []string{}
	for _, part := range strings.Split(path, "/") {
		if strings.HasPrefix(part, "{") {
			list = append(list, strings.Trim(part, "{}"))
		}
	}
	slices.Sort(list)
	return list
}

// Examples are those of a schema, as JSON.
func (d *Description) Examples(ref string) ([]json.RawMessage, error) {
	schema, err := d.schemas.lookup(ref)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	for _, example := range items(child(schema, ""), "examples") {
		text, err := json.Marshal(example)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}

// Fits tells how a value differs from a schema, or nil.
func (d *Description) Fits(ref string, value any) error {
	return d.schemas.check(object{"$ref": ref}, value)
}
