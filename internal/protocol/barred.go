package protocol

import "errors"

// errBarred is why a peer is dropped that a person keeps out.
var errBarred = errors.New("is banned by hand")

// bar ends the links with nodes and does not dial them, or may dial them again at once.
func (e *Engine) bar(in Barred) {
	for _, id := range in.Nodes {
		if p := e.peer(id); p != nil && in.For > 0 {
			e.drop(p, errBarred)
		}
		if in.For > 0 {
			e.keepOff(id, e.now.Add(in.For))
		} else {
			delete(e.discouraged, id)
			e.book.pardon(id, e.now)
		}
	}
	e.seekPeers()
}
