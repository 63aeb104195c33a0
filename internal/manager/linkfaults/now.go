package linkfaults

import (
	"cmp"
	"context"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/manager/each"
)

// Now returns what is asked, and what nodes have of it.
func (f *Faults) Now(ctx context.Context) api.NetworkFaults {
	is := faults.Changed(faults.State{}, f.Asked().Desired, f.members(), f.lab().Time(time.Now()))
	return f.answer(cmp.Or(is, "no faults are set"), f.ask(ctx))
}

// answer says what is asked, what of it does not do what it says, and what each
// node has of it, by name.
func (f *Faults) answer(message string, has map[string]api.AppliedFaults) api.NetworkFaults {
	asked := f.Asked()
	message = f.WithBridges(also(message, faults.TooFast(asked.Desired)))
	answer := api.NetworkFaults{Message: message, Generation: asked.Generation, Desired: asked.Desired.Shifted(f.aheadOfLab(time.Now())), Applied: []api.AppliedFaults{}, Pending: []string{}}
	for _, member := range f.Fleet.All() {
		applied, known := has[member.Name()]
		if known {
			answer.Applied = append(answer.Applied, applied)
		}
		if !known || applied.Generation != asked.Generation {
			answer.Pending = append(answer.Pending, member.Name())
		}
	}
	return answer
}

// WithBridges is a message that says too which nodes link the sides of a partition, if any do.
func (f *Faults) WithBridges(message string) string {
	if len(f.Asked().Desired.Partitions) == 0 { // or else each addition would plan for all nodes anew
		return message
	}
	planned := f.plan(f.members())
	return also(message, faults.Bridges(planned.asked.Desired, planned.members, planned.plan))
}

// also is a message with what there is beside it.
func also(message, other string) string {
	if other == "" {
		return message
	}
	return message + "; " + other
}

// ask asks all nodes that answer what they have, within bounds.
func (f *Faults) ask(ctx context.Context) map[string]api.AppliedFaults {
	nodes := f.Network.Running()
	return appliedBy(nodes, askAll(ctx, f.Limits.Look, nodes, Node.Faults), len(f.PeerIDs())-1)
}

// askAll asks nodes something, within bounds. The answer of who gives none, and is named as
// such, is nil.
func askAll[T any](ctx context.Context, limit time.Duration, nodes []Node, ask func(Node, context.Context) (T, error)) []*T {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answers := make([]*T, len(nodes))
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		if answer, err := ask(nodes[i], ctx); err == nil {
			answers[i] = &answer
		}
		return nil // the others are asked all the same
	})
	return answers
}

// appliedBy says, by name, what nodes have that have answered, of which each has so many
// peers.
func appliedBy(nodes []Node, answers []*api.LinkFaults, peers int) map[string]api.AppliedFaults {
	has := make(map[string]api.AppliedFaults)
	for i, answer := range answers {
		if name := nodes[i].Name(); answer != nil {
			has[name] = api.AppliedFaults{Node: name, Generation: answer.Generation, Links: faulty(*answer, peers)}
		}
	}
	return has
}

// faulty counts the links with a fault of a node that has so many peers.
func faulty(f api.LinkFaults, peers int) (count int) {
	for _, row := range f.Links {
		if !row.Link.IsZero() {
			count++
		}
	}
	if !f.Others.IsZero() {
		count += max(0, peers-len(f.Links))
	}
	return count
}
