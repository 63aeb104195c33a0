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

// askedFaults are what somebody asks of the links, as they are kept.
type askedFaults struct {
	Generation uint64       `json:"generation"`
	Desired    faults.State `json:"desired"`
}

// linkFaults are what is asked of the links between the nodes of a network.
type linkFaults struct {
	file  kept[askedFaults]
	moved chan struct{} // has room for one: what is asked has changed

	mu       sync.Mutex             // guards what follows
	now      askedFaults            // changed by whoever has the change; see Manager.change
	over     askedFaults            // what there was, if a part of it was over when the network was resumed
	starting []faults.Member        // that the network begins with
	ids      map[int]types.NodeID   // by port, of nodes that have not started yet in this run
	planned  faults.Plan            // for now and members
	members  []faults.Member        // that planned is for
	rows     map[string]faults.Rows // of planned, by name; nil for none
}

// openFaults begins with what was asked when the last manager ended, but for what is over.
func (m *Manager) openFaults() error {
	f, before := &m.linkFaults, m.data.faults
	f.file, f.moved, f.now = keptAs[askedFaults](m.data.path, faultsFile), make(chan struct{}, 1), before
	if left := before.Desired.After(time.Now()); !left.Equal(before.Desired) {
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

// set has it be what is asked.
func (f *linkFaults) set(asked askedFaults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now, f.rows = asked, nil
	select {
	case f.moved <- struct{}{}:
	default: // who waits will look
	}
}

// plan is what is asked, and what that comes to for these members.
func (f *linkFaults) plan(members []faults.Member) (askedFaults, faults.Plan, map[string]faults.Rows) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.rows == nil || !slices.Equal(f.members, members) {
		f.planned, f.members = faults.Resolve(f.now.Desired, members), members
		f.rows = rowsOf(f.planned)
	}
	return f.now, f.planned, f.rows
}

func rowsOf(plan faults.Plan) map[string]faults.Rows {
	rows := make(map[string]faults.Rows, len(plan.Nodes))
	for _, r := range plan.Nodes {
		rows[r.Node] = r
	}
	return rows
}
