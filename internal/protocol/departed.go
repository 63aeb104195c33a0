package protocol

import (
	"errors"
	"time"

	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// departedFor is how long peers are not believed that a node is there which has left:
// they may not have heard of it yet. Of one that is back sooner they tell again once that
// time is over.
const departedFor = time.Minute

var (
	errDeparted = errors.New("has left in order")
	errLeaving  = errors.New("this node leaves")
)

// departed are nodes that have left in order, and until when peers are not believed who
// still tell of them. Somebody trusted is believed at any time, and so is a node that says
// Hello itself.
type departed struct {
	recent.Map[types.NodeID, time.Time]
}

func newDeparted() departed { return departed{recent.NewMap[types.NodeID, time.Time](maxBook)} }

func (d *departed) has(id types.NodeID, now time.Time) bool {
	until, has := d.Get(id)
	return has && now.Before(until)
}

// leave says goodbye to every peer. A peer believes it of the node that says it only, as
// the link proves who that is; so nobody can have others forget a third.
func (e *Engine) leave() {
	e.leaving = true
	for _, p := range e.peers {
		if p.ready {
			e.send(p, Goodbye{})
		}
	}
}

// goodbye is what a peer says that leaves. A node that leaves too keeps what it knows of
// it: both may come back, and then neither would know the other.
func (e *Engine) goodbye(p *peer) {
	if e.leaving {
		e.drop(p, errDeparted)
		return
	}
	e.depart([]types.NodeID{p.id})
}

// tellAgain tells other peers that p is back, which they may not have believed when it
// came: those that had heard of its leaving. Its link, which is up still, is the proof.
func (e *Engine) tellAgain(p *peer) {
	p.tellAgainAt = time.Time{}
	e.passOn(p, []types.NodeInfo{p.entry})
}

// depart forgets nodes. A link with one of them is about to end, and is ended.
func (e *Engine) depart(ids []types.NodeID) {
	for _, id := range ids {
		if p := e.peer(id); p != nil {
			e.drop(p, errDeparted)
		}
		e.forgetNode(id)
		e.departed.Remove(id)
		e.departed.Add(id, e.now.Add(departedFor))
	}
	e.seekPeers()
}
