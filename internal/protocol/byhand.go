package protocol

import (
	"errors"

	"networkmngr/internal/types"
)

// errByHand is why a link ends that somebody has had ended.
var errByHand = errors.New("disconnected by hand")

// connectByHand dials a node that is known, unless there is a link with it or it is banned,
// also where as many links stand as are sought. Until its end, the link is none of these.
func (e *Engine) connectByHand(id types.NodeID) {
	if p := e.peer(id); p != nil {
		p.manual = p.outbound
		return
	}
	if c := e.book.nodes[id]; c != nil && c.dialling {
		e.byHand[id] = struct{}{}
	} else if c := e.again(id); c != nil && !e.leaving {
		e.byHand[id] = struct{}{}
		e.dialSome([]*knownNode{c}, 1)
	}
}

// disconnectByHand ends the link with a peer, and dials none of it for a while.
func (e *Engine) disconnectByHand(in Disconnect) {
	p := e.peer(in.Peer)
	if p == nil {
		return
	}
	e.forget(p)
	e.keepOff(p.id, e.now.Add(in.Wait))
	e.do(Drop{Peer: p.id, Reason: errByHand, Discourage: in.Wait})
	e.seekPeers()
}

// takeByHand reports whether somebody has had a node dialled with which there is a link
// now.
func (e *Engine) takeByHand(id types.NodeID) bool {
	_, manual := e.byHand[id]
	delete(e.byHand, id)
	return manual
}
