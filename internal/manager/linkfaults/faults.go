// Package linkfaults has the nodes of a network have what is asked of the links between them:
// it keeps that on disk, gives each node its part, as soon as it is back one that is away, and
// ends what was asked for a while.
package linkfaults

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/clock"
	"networkmngr/internal/faults"
	"networkmngr/internal/fleet"
	"networkmngr/internal/manager/kept"
	"networkmngr/internal/types"
)

// FileName is that of the file in a data folder which keeps what is asked.
const FileName = "faults.json"

// Asked is what somebody asks of the links, as it is kept. It ends by the lab's time, which
// stands still while the network rests.
type Asked struct {
	Generation uint64       `json:"generation"`
	Desired    faults.State `json:"desired"`
}

func keptIn(folder string) kept.File[Asked] { return kept.In[Asked](folder, FileName) }

// Read returns what a data folder keeps. The error is as that of [kept.File.Read].
func Read(folder string) (Asked, error) {
	asked, _, err := keptIn(folder).Read()
	return asked, err
}

// Options are what New is told.
type Options struct {
	Folder  string // for FileName
	Network Network
	Fleet   *fleet.Fleet // its nodes
	Seed    uint64       // of all chance, unless somebody asks for another
	Limits  Limits
	Logger  hclog.Logger
}

// Limits are how long things may take.
type Limits struct {
	Ask   time.Duration // all nodes to take what is asked
	Look  time.Duration // all nodes to say what they have
	Retry time.Duration // after a failure to end what is over
}

// Faults are what is asked of the links between the nodes of a network. Who changes that, and
// who gives it to nodes, has the change; see Network.
type Faults struct {
	Options

	file     kept.File[Asked]
	moved    chan struct{} // has room for one: what is asked has changed, or how far its end is
	opened   time.Time     // the lab's, when the network was resumed: what was over then is left out
	planning sync.Mutex    // held while a plan is made, which may take seconds

	mu       sync.Mutex           // guards what follows
	now      Asked                // changed by whoever has the change
	over     Asked                // what there was, if a part of it was over when the network was resumed
	starting []faults.Member      // that the network begins with
	ids      map[int]types.NodeID // by port, of nodes that have not started yet in this run
	planned  *planned             // the last one; nil for none
}

// New begins with what was asked when the last manager ended, as Read returns it, but for what
// is over, or cuts nothing.
func New(before Asked, o Options) (*Faults, error) {
	f := &Faults{Options: o, file: keptIn(o.Folder), moved: make(chan struct{}, 1), now: before}
	f.opened = f.lab().Time(time.Now())
	if left := before.Desired.After(f.opened).Effective(); !left.Equal(before.Desired) {
		f.now, f.over = Asked{before.Generation + 1, left}, before
		return f, f.keep(f.now)
	}
	return f, nil
}

func (f *Faults) lab() clock.Lab { return f.Network.Lab() }

// Asked is what is asked now.
func (f *Faults) Asked() Asked {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// keep has it on disk, before anybody is told so.
func (f *Faults) keep(asked Asked) error {
	if err := f.file.Write(asked); err != nil {
		return fmt.Errorf("keep the faults: %w", err)
	}
	return nil
}

// set has it be what is asked, and what that comes to.
func (f *Faults) set(planned *planned) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now, f.planned = planned.asked, planned
	f.move()
}

// move has it looked anew when the next end comes.
func (f *Faults) move() {
	select {
	case f.moved <- struct{}{}:
	default: // who waits will look
	}
}

// plan is what is asked, and what that comes to for these members.
func (f *Faults) plan(members []faults.Member) *planned {
	f.planning.Lock()
	defer f.planning.Unlock()
	asked, last := f.last()
	if last != nil && last.asked.Generation == asked.Generation && slices.Equal(last.members, members) {
		return last
	}
	planned := planFor(asked, members)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.now.Generation == asked.Generation { // or else there is a later one
		f.planned = planned
	}
	return planned
}

// last is what is asked, and the last plan.
func (f *Faults) last() (Asked, *planned) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now, f.planned
}
