package main

import (
	"cmp"
	"maps"
	"slices"
)

// floor is 0 for a package that imports none of ours, and else one more than
// that of the highest that it imports. Imports have no cycles.
func (h house) floor(path string) int {
	floor := 0
	for below := range h[path].imports {
		floor = max(floor, 1+h.floor(below))
	}
	return floor
}

// paths lists all packages, the lowest floor first.
func (h house) paths() []string {
	return slices.SortedFunc(maps.Keys(h), func(a, b string) int {
		return cmp.Or(cmp.Compare(h.floor(a), h.floor(b)), cmp.Compare(a, b))
	})
}

// reaches reports whether a package imports another, itself or through others.
func (h house) reaches(from, to string) bool {
	for below := range h[from].imports {
		if below == to || h.reaches(below, to) {
			return true
		}
	}
	return false
}

// reduced lists the imports of a package that none of its other imports has as
// well: the transitive reduction, in which every import can still be followed.
func (h house) reduced(path string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(h[path].imports)), func(below string) bool {
		for other := range h[path].imports {
			if h.reaches(other, below) {
				return true
			}
		}
		return false
	})
}
