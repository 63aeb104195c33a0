package events

import (
	"slices"
)

// Filter says which events somebody wants. The zero Filter takes all that are not
// verbose.
type Filter struct {
	Types   []Type   // if there are any, only these
	Verbose []Type   // with no Types: these in addition to all that are not verbose
	Without []Type   // none of these
	Nodes   []string // if there are any, only events of these
}

// Takes reports whether the filter lets an event through. What is missing and how
// far a stream has come concerns everybody.
func (f *Filter) Takes(e *Event) bool {
	if len(f.Nodes) > 0 && !slices.Contains(f.Nodes, e.Node) && (e.Node != "" || !ofStream(e.Type)) {
		return false
	}
	switch {
	case ofStream(e.Type):
		return true
	case slices.Contains(f.Without, e.Type):
		return false
	case len(f.Types) > 0:
		return slices.Contains(f.Types, e.Type)
	default:
		return !Verbose(e.Type) || slices.Contains(f.Verbose, e.Type)
	}
}

// Partial reports whether there are events that the filter holds back.
func (f *Filter) Partial() bool { return len(f.Types)+len(f.Without)+len(f.Nodes) > 0 }

// verbose lists the verbose types that the filter lets through.
func (f *Filter) verbose() []Type {
	asked := f.Verbose
	if len(f.Types) > 0 {
		asked = f.Types
	}
	return slices.DeleteFunc(slices.Clone(asked), func(t Type) bool { return !Verbose(t) || slices.Contains(f.Without, t) })
}

// ofStream reports whether a type tells of the stream itself.
func ofStream(t Type) bool { return t == Gap{}.Type() || t == Bookmark{}.Type() }
