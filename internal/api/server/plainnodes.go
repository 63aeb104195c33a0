package server

import "strings"

// plainNodes reads a list of node infos that is written as encoding/json writes it: each key
// there, in order, and nothing escaped. It reports whether it is; what is not may be right
// all the same, or strictjson says what is wrong with it. A manager tells each node of all
// the others at once: among 500, strictjson took a sixth of a node's start for them.
func plainNodes(text string) (list nodeReferences, plain bool) {
	rest := plainText(text)
	if !rest.skip("[") {
		return nil, false
	}
	for len(list) < maxEntries {
		var m nodeReference
		if !rest.node(&m) {
			return nil, false
		}
		list = append(list, m)
		if !rest.skip(",") {
			return list, rest == "]"
		}
	}
	return nil, false
}

// plainText is what is left of a text that is read from its beginning.
type plainText string

// skip passes over what the text must begin with, and reports whether it does.
func (t *plainText) skip(start string) (found bool) {
	rest, found := strings.CutPrefix(string(*t), start)
	*t = plainText(rest)
	return found
}

func (t *plainText) node(into *nodeReference) bool {
	var id string
	return t.skip(`{"id":`) && t.quoted(&id) && into.ID.UnmarshalText([]byte(id)) == nil &&
		t.skip(`,"address":`) && t.quoted(&into.Address) &&
		t.skip(`,"p2p":[`) && t.addresses(&into.P2P) && t.skip("}")
}

// addresses reads one string at least, and the bracket behind the last.
func (t *plainText) addresses(into *[]string) bool {
	for {
		var one string
		if !t.quoted(&one) {
			return false
		}
		*into = append(*into, one)
		if !t.skip(",") {
			return t.skip("]")
		}
	}
}

// quoted reads a string of printable ASCII in which nothing is escaped. It is a copy: the
// rest of the text is not to be kept for it.
func (t *plainText) quoted(into *string) bool {
	if !t.skip(`"`) {
		return false
	}
	value, rest, closed := strings.Cut(string(*t), `"`)
	if !closed || strings.ContainsFunc(value, isNotPlain) {
		return false
	}
	*into, *t = strings.Clone(value), plainText(rest)
	return true
}

func isNotPlain(r rune) bool { return r < ' ' || r > '~' || r == '\\' }
