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
	w.visit(d.root)
	w.checkComponents(d.root.step("components"))
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

func (w *walk) visit(n node) {
	for _, inner := range n.items() {
		w.visit(inner)
	}
	w.checkReference(n)
	w.checkValues(n)
	for key := range n.object() {
		inner := n.step(key)
		w.checkForms(key, inner)
		if !slices.Contains([]string{"example", "examples", "default", "enum", "const"}, key) {
			w.visit(inner)
		}
	}
}

// checkForms checks the form of the schemas under a key.
func (w *walk) checkForms(key string, under node) {
	var list []node
	switch key {
	case "schema":
		list = append(list, under)
	case "schemas", "x-events":
		for name := range under.object() {
			list = append(list, under.step(name))
		}
	}
	for _, schema := range list {
		if err := w.description.schemas.checkForm(schema); err != nil {
			w.complain(schema.at, "schema: %v", err)
		}
	}
}

func (w *walk) checkReference(n node) {
	ref := n.step("$ref").text()
	if ref == "" {
		return
	}
	w.used[ref] = true
	if _, err := w.description.lookup(ref); err != nil {
		w.complain(n.at, "%v", err)
	}
}

// checkValues checks the values that an object gives for itself, as a schema,
// or for its schema.
func (w *walk) checkValues(n node) {
	schema := n.step("schema")
	if schema.value == nil {
		schema = n
	}
	values := n.step("examples").items()
	for _, key := range []string{"example", "default"} {
		if _, given := n.object()[key]; given && !strings.HasSuffix(n.at, "/properties") {
			values = append(values, n.step(key))
		}
	}
	for name := range n.step("examples").object() {
		values = append(values, n.step("examples").step(name).step("value"))
	}
	for _, value := range values {
		if err := w.description.schemas.check(schema, value.value); err != nil {
			w.complain(n.at, "example or default: %v", err)
		}
	}
}

func (w *walk) checkComponents(components node) {
	for kind := range components.object() {
		for name := range components.step(kind).object() {
			if ref := "#/components/" + kind + "/" + name; kind != "securitySchemes" && !w.used[ref] {
				w.complain(ref, "is not used")
			}
		}
	}
}

func (w *walk) checkNames() {
	tags, seen := make(map[string]bool), make(map[string]bool)
	for _, tag := range w.description.root.step("tags").items() {
		tags[tag.step("name").text()] = true
	}
	for _, o := range w.description.operations() {
		at, id := o.method+" "+o.path, o.step("operationId").text()
		if id == "" || seen[id] {
			w.complain(at, "operationId %q is missing or not the only one", id)
		}
		seen[id] = true
		if list := o.step("tags"); len(list.items()) != 1 || !tags[list.step("0").text()] {
			w.complain(at, "tags are %v, want one of the document's", list.value)
		}
		if o.step("summary").text() == "" {
			w.complain(at, "has no summary")
		}
		if !slices.Contains(methods, o.method) {
			w.complain(at, "is no method")
		}
	}
}
