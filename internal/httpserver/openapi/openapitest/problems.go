package openapitest

import (
	"fmt"
	"slices"
	"strings"
)

// Problems tells what is wrong with a description in itself: references that
// lead nowhere, components that nothing uses, examples and defaults that do not
// fit their schemas, operations without a name or with another one's.
func (d *Description) Problems() []string {
	w := &walk{description: d, used: make(map[string]bool)}
	w.visit("", d.root)
	for kind, list := range child(d.root, "components") {
		for name := range child(list, "") {
			if ref := "#/components/" + kind + "/" + name; kind != "securitySchemes" && !w.used[ref] {
				w.complain(ref, "is not used")
			}
		}
	}
	w.checkNames()
	slices.Sort(w.problems)
	return w.problems
}

// walk visits every object of a document but those of examples.
type walk struct {
	description *Description
	used        map[string]bool // references
	problems    []string
}

func (w *walk) complain(at, format string, args ...any) {
	w.problems = append(w.problems, at+": "+fmt.Sprintf(format, args...))
}

func (w *walk) visit(at string, value any) {
	if list, ok := value.([]any); ok {
		for i, inner := range list {
			w.visit(fmt.Sprint(at, "/", i), inner)
		}
	}
	here := child(value, "")
	w.checkReference(at, here)
	w.checkValues(at, here)
	for key, inner := range here {
		if !slices.Contains([]string{"example", "examples", "default", "enum", "const"}, key) {
			w.visit(at+"/"+key, inner)
		}
	}
}

func (w *walk) checkReference(at string, here object) {
	ref, ok := here["$ref"].(string)
	if !ok {
		return
	}
	w.used[ref] = true
	if _, err := w.description.schemas.lookup(ref); err != nil {
		w.complain(at, "%v", err)
	}
}

// checkValues checks the values that an object gives for itself, as a schema,
// or for its schema.
func (w *walk) checkValues(at string, here object) {
	schema, outer := here["schema"]
	if !outer {
		schema = here
	}
	values := items(here, "examples")
	for _, key := range []string{"example", "default"} {
		if value, given := here[key]; given && !strings.HasSuffix(at, "/properties") {
			values = append(values, value)
		}
	}
	for _, named := range child(here, "examples") {
		values = append(values, child(named, "")["value"])
	}
	for _, value := range values {
		if err := w.description.schemas.check(schema, value); err != nil {
			w.complain(at, "example or default: %v", err)
		}
	}
}

func (w *walk) checkNames() {
	tags, seen := make(map[any]bool), make(map[any]bool)
	for _, tag := range items(w.description.root, "tags") {
		tags[child(tag, "")["name"]] = true
	}
	for _, o := range w.description.operations() {
		at, id := o.method+" "+o.path, o.object["operationId"]
		if id == nil || seen[id] {
			w.complain(at, "operationId %v is missing or not the only one", id)
		}
		seen[id] = true
		if list := items(o.object, "tags"); len(list) != 1 || !tags[list[0]] {
			w.complain(at, "tags are %v, want one of the document's", list)
		}
		if o.object["summary"] == nil {
			w.complain(at, "has no summary")
		}
		if !slices.Contains(methods, o.method) {
			w.complain(at, "is no method")
		}
	}
}
