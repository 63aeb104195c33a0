package openapitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"networkmngr/internal/httpserver"
)

// Description is a parsed OpenAPI document. It may be used from any goroutine.
type Description struct {
	root    node
	schemas *schemas
}

// Parse reads a document in YAML. An anchor that comes twice is an error, as some
// readers refuse the document then.
func Parse(text []byte) (*Description, error) {
	var tree yaml.Node
	if err := yaml.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	if err := checkAnchors(&tree, make(map[string]bool)); err != nil {
		return nil, err
	}
	var raw any
	if err := tree.Decode(&raw); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(raw)
	if err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	if err != nil {
		return nil, err
	}
	compiled, err := newSchemas(document)
	if err != nil {
		return nil, err
	}
	return &Description{root: node{at: "#", value: document}, schemas: compiled}, nil
}

// checkAnchors tells of an anchor in n that is among seen or comes twice, and adds the
// others to seen.
func checkAnchors(n *yaml.Node, seen map[string]bool) error {
	if n.Anchor != "" && seen[n.Anchor] {
		return fmt.Errorf("line %d: anchor &%s comes twice", n.Line, n.Anchor)
	}
	seen[n.Anchor] = true
	for _, inner := range n.Content {
		if err := checkAnchors(inner, seen); err != nil {
			return err
		}
	}
	return nil
}

// operation is what one method does on one path.
type operation struct {
	method, path string // as the document has them: "GET", "/blocks/{id}"
	node
}

var methods = []string{"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"}

// operations lists all of the document.
func (d *Description) operations() []operation {
	var list []operation
	paths := d.root.step("paths")
	for path := range paths.object() {
		item := paths.step(path)
		for method := range item.object() {
			list = append(list, operation{strings.ToUpper(method), path, item.step(method)})
		}
	}
	slices.SortFunc(list, func(a, b operation) int {
		return strings.Compare(a.path+" "+a.method, b.path+" "+b.method)
	})
	return list
}

// parameters lists those of an operation that stand in this place, by name.
func (d *Description) parameters(o operation, in string) map[string]node {
	list := make(map[string]node)
	for _, p := range o.step("parameters").items() {
		if p := d.resolved(p); p.step("in").text() == in {
			list[p.step("name").text()] = p
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
	for _, r := range httpserver.Resolve(routes) {
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
	differ("x-alias-of", o.step("x-alias-of").text(), template(r.AliasOf))
	differ("query parameters", names(d.parameters(o, "query")), slices.Sorted(slices.Values(r.Query)))
	differ("path parameters", names(d.parameters(o, "path")), placeholders(o.path))
	differ("body", o.step("requestBody").value != nil, r.Body > 0)
	differ("need of the token", o.step("security").value != nil, r.Changes && !r.Public)
	differ("answer 401", o.step("responses").step("401").value != nil, r.Changes && !r.Public)
	return wrong
}

func names(parameters map[string]node) []string {
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
	schema, err := d.lookup(ref)
	if err != nil {
		return nil, err
	}
	var list []json.RawMessage
	for _, example := range schema.step("examples").items() {
		text, err := json.Marshal(example.value)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}

// Fits tells how a decoded value differs from a schema, or nil.
func (d *Description) Fits(ref string, value any) error {
	schema, err := d.lookup(ref)
	if err != nil {
		return err
	}
	return d.schemas.check(schema, value)
}
