package manager

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/faults"
	"networkmngr/internal/types"
)

// faultsFile keeps what is asked of the links between the nodes.
const faultsFile = "faults.json"

// askedFaults are what somebody asks of the links, as they are kept. They end by the lab's
// time, which stands still while the network rests.
type askedFaults struct {
	Generation uint64       `json:"generation"`
	Desired    faults.State `json:"desired"`
}

// plannedFaults are what is asked, and what that comes to.
type plannedFaults struct {
	asked   askedFaults
	members []faults.Member // that it is for
	plan    faults.Plan
	rows    map[string]faults.Rows // of plan, by name
}

func planFaults(asked askedFaults, members []faults.Member) *plannedFaults {
	p := &plannedFaults{asked: asked, members: members, plan: faults.Resolve(asked.Desired, members)}
	p.rows = make(map[string]faults.Rows, len(p.plan.Nodes))
	for _, r := range p.plan.Nodes {
		p.rows[r.Node] = r
	}
	return p
}

// linkFaults are what is asked of the links between the nodes of a network.
type linkFaults struct {
	file     kept[askedFaults]
	moved    chan struct{} // has room for one: what is asked has changed, or how far its end is
	opened   time.Time     // the lab's, when the network was resumed: what was over then is left out
	planning sync.Mutex    // held while a plan is made, which may take seconds

	mu       sync.Mutex           // guards what follows
	now      askedFaults          // changed by whoever has the change; see Manager.change
	over     askedFaults          // what there was, if a part of it was over when the network was resumed
	starting []faults.Member      // that the network begins with
	ids      map[int]types.NodeID // by port, of nodes that have not started yet in this run
	planned  *plannedFaults       // the last one; nil for none
}

// openFaults begins with what was asked when the last manager ended, but for what is over.
func (m *Manager) openFaults() error {
	f, before := &m.linkFaults, m.data.faults
	f.file, f.moved, f.now = keptAs[askedFaults](m.data.path, faultsFile), make(chan struct{}, 1), before
	f.opened = m.clock.read().Time(time.Now())
	if left := before.Desired.After(f.opened); !left.Equal(before.Desired) {
		f.now, f.over = askedFaults{before.Generation + 1, left}, before
		return f.keep(f.now)
	}
	return nil
}

// asked is what is asked now.
func (f *linkFaults) asked() askedFaults {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// keep has it on disk, before anybody is told so.
func (f *linkFaults) keep(asked askedFaults) error {
	if err := f.file.write(asked); err != nil {
		return fmt.Errorf("keep the faults: %w", err)
	}
	return nil
}

// set has it be what is asked, and what that comes to.
func (f *linkFaults) set(planned *plannedFaults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now, f.planned = planned.asked, planned
	f.move()
}

// move has it looked anew when the next end comes.
func (f *linkFaults) move() {
	select {
	case f.moved <- struct{}{}:
	default: // who waits will look
	}
}

// plan is what is asked, and what that comes to for these members.
func (f *linkFaults) plan(members []faults.Member) *plannedFaults {
	f.planning.Lock()
	defer f.planning.Unlock()
	asked, last := f.last()
	if last != nil && last.asked.Generation == asked.Generation && slices.Equal(last.members, members) {
		return last
	}
	planned := planFaults(asked, members)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now.Generation == asked.Generation { // or else there is a later one
		f.planned = planned
	}
	return planned
}

// last is what is asked, and the last plan.
func (f *linkFaults) last() (askedFaults, *plannedFaults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now, f.planned
}
