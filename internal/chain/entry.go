package chain

import (
	"github.com/holiman/uint256"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// status is how far we got with a block.
type status uint8

const (
	headerOnly status = iota // the header is good, the block has not come
	stored                   // on disk; fully checked if on the main chain
	invalid                  // it or an ancestor broke a rule; the block is not kept
)

// entry is a block in the tree of all that are known. Of an entry in the tree
// only status, size and applied change: a writer (Chain.writing) does it, under
// Chain.mu.
type entry struct {
	Ref
	header   types.Header
	parent   *entry
	work     uint256.Int // of all headers up to here
	schedule consensus.Schedule
	status   status
	// applied: it has been on the main chain since the chain was opened. It then
	// stays in the tree, as whoever follows the tip may stand there.
	applied bool
	size    int // of the stored block, in bytes; 0 if it was on the main chain when the chain was opened
}

// state is the consensus state after e.
func (e *entry) state(p *consensus.Params) consensus.State {
	var times [consensus.MedianSpan]uint32
	known := 0
	for at := e; at != nil && known < len(times); at = at.parent {
		times[known] = at.header.Time
		known++
	}
	return consensus.StateOf(p, e.Height, e.ID, e.work, times[:known], e.schedule)
}

// child is the entry of the block that next is the state after.
func (e *entry) child(h types.Header, next consensus.State) *entry {
	return &entry{
		Ref:    Ref{Height: next.Height, ID: next.ID},
		header: h, parent: e, work: next.Work, schedule: next.Schedule(),
	}
}

// fork is the last common ancestor of a and b, either of them included.
func fork(a, b *entry) *entry {
	for a != b {
		if a.Height >= b.Height {
			a = a.parent
		} else {
			b = b.parent
		}
	}
	return a
}

// branch lists the entries above base up to e, the lowest first.
func (e *entry) branch(base *entry) []*entry {
	list := make([]*entry, e.Height-base.Height)
	for at := e; at != base; at = at.parent {
		list[at.Height-base.Height-1] = at
	}
	return list
}
