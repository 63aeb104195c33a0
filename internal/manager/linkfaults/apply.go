package linkfaults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/types"
)

// ErrNotApplied means that a node did not take its faults, and that all are as they were.
var ErrNotApplied = errors.New("the faults were not applied")

// change is a change of what is asked of the links.
type change struct {
	next      faults.State
	why       string // of the event
	reconnect bool   // who can reach each other again is to dial at once
}

// apply has all nodes have other faults, or none. Who is down, paused or silent gets
// them later. It returns what nodes say that they have, by name. It goes on when the
// client has gone away.
func (f *Faults) apply(ctx context.Context, c change) (map[string]api.AppliedFaults, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.Limits.Ask)
	defer cancel()
	members, nodes := f.members(), f.Network.Running()
	before := f.plan(members)
	next := planFor(Asked{before.asked.Generation + 1, c.next}, members)
	has, err := f.push(ctx, nodes, next)
	if err == nil {
		err = f.keep(next.asked)
	}
	if err != nil {
		f.takeBack(nodes)
		return nil, fmt.Errorf("%w: %w", ErrNotApplied, err)
	}
	f.set(next)
	f.tell(before.asked.Desired, c.why)
	if c.reconnect {
		f.redial(ctx, faults.Freed(before.plan, next.plan))
	}
	return has, nil
}

// takeBack has nodes have what is asked still.
func (f *Faults) takeBack(nodes []Node) {
	ctx, cancel := context.WithTimeout(context.Background(), f.Limits.Ask) // the change's own time may be over
	defer cancel()
	if err := f.pushAsked(ctx, nodes); err != nil {
		f.Logger.Warn("a node may have faults that were taken back", "error", err)
	}
}

// Begun is for a network whose nodes have all started.
func (f *Faults) Begun(ctx context.Context) error {
	f.mu.Lock()
	f.starting, f.ids = nil, nil
	f.mu.Unlock()
	if f.Asked().Desired.IsZero() {
		return nil
	}
	return f.pushAsked(ctx, f.Network.Running()) // some were not known when others started
}

// Sync gives nodes what is asked of them: who was away may have missed it, and who
// comes or goes changes the rows of the others. The caller has the change.
func (f *Faults) Sync(ctx context.Context, nodes ...Node) {
	asked := f.Asked()
	if asked.Desired.IsZero() {
		nodes = slices.DeleteFunc(slices.Clone(nodes), func(n Node) bool { return n.Life().Faults == asked.Generation })
	}
	ctx, cancel := context.WithTimeout(ctx, f.Limits.Ask)
	defer cancel()
	if err := f.pushAsked(ctx, nodes); err != nil {
		f.Logger.Warn("a node does not have its faults yet", "error", err)
	}
}

// pushAsked gives nodes what is asked now.
func (f *Faults) pushAsked(ctx context.Context, nodes []Node) error {
	_, err := f.push(ctx, nodes, f.plan(f.members()))
	return err
}

// push gives nodes their rows of what is asked, side by side, and returns what they
// say that they have then, by name, and the first error. It is none where a node cannot be
// asked now, and is to get it later.
func (f *Faults) push(ctx context.Context, nodes []Node, planned *planned) (map[string]api.AppliedFaults, error) {
	ids, answers, failures := f.PeerIDs(), make([]*api.LinkFaults, len(nodes)), make([]error, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		if nodes[i].Answers() == nil {
			answers[i], failures[i] = pushTo(ctx, nodes[i], f.form(planned, nodes[i].Name(), ids))
		}
		return nil // the others are told all the same
	})
	return appliedBy(nodes, answers, len(ids)-1), cmp.Or(failures...)
}

// pushTo has one node have its faults, and returns what it has then; nil if it is to get them
// when it is back.
func pushTo(ctx context.Context, n Node, form api.LinkFaults) (*api.LinkFaults, error) {
	life := n.Life()
	has, err := n.SetFaults(ctx, form)
	if err == nil && has != nil {
		life.Faults = form.Generation
	} else {
		life.Faults = 0 // nobody knows
	}
	return has, err
}

// fewPeers are those that each node is told to dial again: enough that the parts of a
// network find each other, however large they are.
const fewPeers = 3

// redial has nodes dial some of those that they could not reach before, and can again, by
// name.
func (f *Faults) redial(ctx context.Context, freed map[string][]string) {
	ctx, cancel := context.WithTimeout(ctx, f.Limits.Look)
	defer cancel()
	ids, nodes := f.PeerIDs(), f.Network.Running()
	up := make(map[string]bool)
	for _, n := range nodes {
		up[n.Name()] = true
	}
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		names := slices.DeleteFunc(freed[nodes[i].Name()], func(name string) bool { return !up[name] })
		var few []types.NodeID
		for k := range min(fewPeers, len(names)) {
			few = append(few, ids[names[(i*fewPeers+k)%len(names)]]) // others for each node
		}
		if len(few) == 0 {
			return nil
		}
		if err := nodes[i].Redial(ctx, few); err != nil {
			f.Logger.Warn("node was not told whom it can reach again", "node", nodes[i].Name(), "error", err)
		}
		return nil // the others are told all the same
	})
}
