package linkfaults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/faults"
)

// ErrNoPartition means that there is no partition of a name.
var ErrNoPartition = errors.New("there is no such partition")

// Edit makes of what is asked what somebody wants instead, at a time of the machine's.
type Edit func(now faults.State, members []faults.Member, at time.Time) (faults.State, error)

// Whole has a state be what is asked.
func Whole(wanted faults.State) Edit {
	return func(faults.State, []faults.Member, time.Time) (faults.State, error) { return wanted, nil }
}

// Partition cuts groups of nodes off from each other.
func Partition(wanted faults.Partition) Edit {
	return func(now faults.State, members []faults.Member, at time.Time) (faults.State, error) {
		p, err := wanted.Settle(members, now.Regions, at)
		return now.With(p), err
	}
}

// Heal joins what the partition of a name has cut; with no name, what all have. The error of
// the edit wraps ErrNoPartition.
func Heal(name string) Edit {
	return func(now faults.State, _ []faults.Member, _ time.Time) (faults.State, error) {
		healed, found := now.Healed(name)
		if name != "" && !found {
			return now, fmt.Errorf("%w: %.80q; GET /network/faults, or networkmngr faults, lists those that there are", ErrNoPartition, name)
		}
		return healed, nil
	}
}

// Rules has rules for links come to those that there are.
func Rules(wanted []faults.Rule) Edit {
	return func(now faults.State, members []faults.Member, at time.Time) (faults.State, error) {
		if len(wanted) == 1 {
			rule, err := wanted[0].Settle(members, now.Regions, at)
			return now.WithLinks(rule), err
		}
		asked, err := faults.State{Links: wanted, Regions: now.Regions}.Settle(members, at)
		return now.WithLinks(asked.Links...), err
	}
}

// Edit changes what is asked, unless seen refuses the generation that there is, and returns how
// it is then. reconnect is whether who can reach each other again dials at once; nil for what the
// faults say. The error wraps that of seen, of the edit, [faults.ErrState] or ErrNotApplied.
func (f *Faults) Edit(ctx context.Context, seen func(generation uint64) error, edit Edit, reconnect *bool) (api.NetworkFaults, error) {
	release, err := f.Network.Change(ctx)
	if err != nil {
		return api.NetworkFaults{}, err
	}
	defer release()
	asked, at, members := f.Asked(), time.Now(), f.members()
	if err := seen(asked.Generation); err != nil {
		return api.NetworkFaults{}, err
	}
	ahead := f.aheadOfLab(at)
	now := asked.Desired.Shifted(ahead)
	next, err := edit(now.After(at), members, at)
	if err == nil {
		next, err = next.Settle(members, at)
	}
	if err != nil {
		return api.NetworkFaults{}, err
	}
	done := faults.Changed(now, next, members, at)
	has, err := f.change(ctx, next.Shifted(-ahead), reconnect)
	if err != nil {
		return api.NetworkFaults{}, err
	}
	return f.answer(cmp.Or(done, "nothing has changed"), has), nil
}

// aheadOfLab is by how much a moment of the machine's, in which people speak of the ends of
// faults, is ahead of the lab's time, in which they are kept.
func (f *Faults) aheadOfLab(at time.Time) time.Duration { return at.Sub(f.lab().Time(at)) }

// change has it that next is asked, and returns what nodes have then, by name. If it
// is asked already, it is given to those nodes that do not have it.
func (f *Faults) change(ctx context.Context, next faults.State, reconnect *bool) (map[string]api.AppliedFaults, error) {
	if next.Equal(f.Asked().Desired) {
		f.Sync(ctx, f.Network.Running()...)
		return f.ask(ctx), nil
	}
	c := change{next: next, why: events.FaultsAsked, reconnect: next.Reconnects()}
	if reconnect != nil {
		c.reconnect = *reconnect
	}
	return f.apply(ctx, c)
}
