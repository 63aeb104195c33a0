package openapitest

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// maxDepth bounds how far references lead to one another.
const maxDepth = 100

// object is a JSON object.
type object = map[string]any

// node is a value of a document, and its place there. Where there is none,
// value is nil.
type node struct {
	at    string // a JSON pointer as a URI fragment: "#/paths/~1blocks/get"
	value any
}

var escaper = strings.NewReplacer("~", "~0", "/", "~1")

// step returns what is under a key of an object, or at an index of a list.
func (n node) step(key string) node {
	inner := node{at: n.at + "/" + url.PathEscape(escaper.Replace(key))}
	switch v := n.value.(type) {
	case object:
		inner.value = v[key]
	case []any:
		if i, err := strconv.Atoi(key); err == nil && 0 <= i && i < len(v) {
			inner.value = v[i]
		}
	}
	return inner
}

// object is the node's value. One that is no object reads as an empty one.
func (n node) object() object {
	found, _ := n.value.(object)
	return found
}

// items are those of a list, in order.
func (n node) items() []node {
	list, _ := n.value.([]any)
	items := make([]node, len(list))
	for i := range list {
		items[i] = n.step(strconv.Itoa(i))
	}
	return items
}

// text is the node's value if that is a string.
func (n node) text() string {
	text, _ := n.value.(string)
	return text
}

// lookup finds what a reference into the document names.
func (d *Description) lookup(ref string) (node, error) {
	path, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return node{}, fmt.Errorf("reference %v does not begin with #/", ref)
	}
	found := d.root
	for _, key := range strings.Split(path, "/") {
		found = found.step(key)
	}
	if found.value == nil {
		return node{}, fmt.Errorf("reference %v leads nowhere", ref)
	}
	return found, nil
}

// resolved follows references to the node that is meant.
func (d *Description) resolved(n node) node {
	for range maxDepth {
		ref := n.step("$ref").text()
		if ref == "" {
			return n
		}
		target, err := d.lookup(ref)
		if err != nil {
			return node{at: n.at}
		}
		n = target
	}
	return node{at: n.at}
}

// in steps inwards by some keys, and follows the references on the way.
func (d *Description) in(n node, keys ...string) node {
	for _, key := range keys {
		n = d.resolved(n.step(key))
	}
	return n
}
