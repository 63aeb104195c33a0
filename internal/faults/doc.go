// Package faults is what is asked of all the links of a network at once: who is cut off
// from whom, and how slow or lossy the rest is. A [State] is the whole of it, in the words
// of a person: groups, regions, presets, a topology. [State.Settle] checks it against the
// nodes that there are, and [Resolve] says what it comes to for each node, as each needs
// the faults of the frames that it sends only. It is pure.
package faults
