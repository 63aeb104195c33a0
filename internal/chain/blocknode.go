package chain

import (
	"sync"

	"github.com/holiman/uint256"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// blockNode is what the headers say of a block. That never changes, so that all trees
// that know the block share it.
type blockNode struct {
	Ref
	header   types.Header
	parent   *blockNode
	work     uint256.Int // of all headers up to here
	schedule consensus.Schedule
	trees    int // that know the block; guarded by table.mu
	children int // blocks on it that some tree knows; guarded by table.mu
}

// state is the consensus state after e.
func (e *blockNode) state(p *consensus.Params) consensus.State {
	var times [consensus.MedianSpan]uint32
	known := 0
	for at := e; at != nil && known < len(times); at = at.parent {
		times[known] = at.header.Time
		known++
	}
	return consensus.StateOf(p, e.Height, e.ID, e.work, times[:known], e.schedule)
}

// child is the block node of the block that next is the state after.
func (e *blockNode) child(h types.Header, next consensus.State) *blockNode {
	return &blockNode{
		Ref:    Ref{Height: next.Height, ID: next.ID},
		header: h, parent: e, work: next.Work, schedule: next.Schedule(),
	}
}

// fork is the last common ancestor of a and b, either of them included.
func fork(a, b *blockNode) *blockNode {
	for a != b {
		if a.Height >= b.Height {
			a = a.parent
		} else {
			b = b.parent
		}
	}
	return a
}

// branch lists the nodes above base up to e, the lowest first.
func (e *blockNode) branch(base *blockNode) []*blockNode {
	list := make([]*blockNode, e.Height-base.Height)
	for at := e; at != base; at = at.parent {
		list[at.Height-base.Height-1] = at
	}
	return list
}

// table has the one block node of each block that a tree knows, as these point at
// one another. Its methods may be called from any goroutine.
type table struct {
	mu      sync.RWMutex // guards what follows
	entries map[types.Hash]*blockNode
}

func newTable() *table { return &table{entries: make(map[types.Hash]*blockNode)} }

// get is the block node of a block, or nil if no tree knows it.
func (t *table) get(id types.Hash) *blockNode {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.entries[id]
}

// join returns the block node for e's block, as one more tree knows that now. It is e
// itself unless another tree was first.
func (t *table) join(e *blockNode) *blockNode {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.entries[e.ID]; known != nil {
		e = known
	} else {
		t.entries[e.ID] = e
		e.countAtParent(1)
	}
	e.trees++
	return e
}

// leave forgets e once the last tree has.
func (t *table) leave(e *blockNode) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e.trees--; e.trees == 0 {
		delete(t.entries, e.ID)
		e.countAtParent(-1)
	}
}

func (e *blockNode) countAtParent(sign int) {
	if e.parent != nil {
		e.parent.children += sign
	}
}

// isLeaf reports whether no tree knows a block on e.
func (t *table) isLeaf(e *blockNode) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return e.children == 0
}
