package linkfaults_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/fleet"
	"networkmngr/internal/launch"
	"networkmngr/internal/links"
	"networkmngr/internal/manager/linkfaults"
	"networkmngr/internal/types"
)

// process is what a node announced.
type process struct {
	launch.Node
	ready launch.Ready
}

func (p process) Ready() launch.Ready { return p.ready }

// fakeNode takes faults, unless it refuses them or does not answer.
type fakeNode struct {
	*fleet.Member

	mu      sync.Mutex // guards what follows
	refuses bool
	ends    bool // before it answers
	has     api.LinkFaults
	pushes  int
	dialled []string // names
}

func (n *fakeNode) Answers() error { return nil } // it runs, or is not asked

func (n *fakeNode) SetFaults(_ context.Context, form api.LinkFaults) (*api.LinkFaults, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.pushes++
	switch {
	case n.refuses:
		return nil, errors.New("no room")
	case n.ends:
		return nil, nil
	}
	n.has = form
	return &form, nil
}

func (n *fakeNode) refuse(refuses bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refuses = refuses
}

func (n *fakeNode) Faults(context.Context) (api.LinkFaults, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.has, nil
}

func (n *fakeNode) Links(context.Context) (api.NodeLinks, error) {
	return api.NodeLinks{Links: []api.NodeLink{{Peer: idOf("n0"), Frames: 1}}}, nil
}

func (n *fakeNode) Redial(_ context.Context, peers []types.NodeID) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range peers {
		n.dialled = append(n.dialled, string(id[:2]))
	}
	return nil
}

func idOf(name string) (id types.NodeID) {
	copy(id[:], name)
	return id
}

// network is one of fake nodes, n0 on port 5000 and so on, in a folder.
type network struct {
	*testing.T
	*linkfaults.Faults
	folder string
	fleet  fleet.Fleet
	nodes  []*fakeNode
	change chan struct{} // has room for who has the change

	mu   sync.Mutex // guards what follows
	lab  clock.Lab
	told []events.FaultsChanged
}

func (n *network) Change(ctx context.Context) (release func(), err error) {
	select {
	case n.change <- struct{}{}:
		return func() { <-n.change }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) Running() (list []linkfaults.Node) {
	for _, node := range n.nodes {
		if node.Running() {
			list = append(list, node)
		}
	}
	return list
}

func (n *network) Lab() clock.Lab {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.lab
}

func (n *network) setLab(lab clock.Lab) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lab = lab
}

func (n *network) Tell(told events.FaultsChanged) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, told)
}

// why lists why what is asked has changed.
func (n *network) why() (list []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, told := range n.told {
		list = append(list, told.Why)
	}
	return list
}

// start starts so many nodes, with what the folder keeps.
func start(t *testing.T, count int, folder string, lab clock.Lab) *network {
	n := &network{T: t, folder: folder, lab: lab, change: make(chan struct{}, 1)}
	n.open()
	var members []*fleet.Member
	for i := range count {
		members = append(members, n.fleet.New(5000+i))
	}
	require.NoError(t, n.Begin(members, func() (map[int]types.NodeID, error) { return nil, nil }))
	for _, member := range members {
		n.enter(member)
	}
	require.NoError(t, n.Begun(t.Context()))
	n.TellBefore()
	return n
}

// open begins with what the folder keeps.
func (n *network) open() {
	before, err := linkfaults.Read(n.folder)
	require.NoError(n, err)
	n.Faults, err = linkfaults.New(before, linkfaults.Options{
		Folder: n.folder, Network: n, Fleet: &n.fleet, Seed: 7, Logger: hclog.NewNullLogger(),
		Limits: linkfaults.Limits{Ask: time.Second, Look: time.Second, Retry: time.Second},
	})
	require.NoError(n, err)
}

// enter has a node begin a life.
func (n *network) enter(member *fleet.Member) *fakeNode {
	member.Begin(process{ready: launch.Ready{ID: idOf(member.Name())}}, time.Now())
	n.fleet.Enter(member)
	node := &fakeNode{Member: member}
	n.nodes = append(n.nodes, node)
	return node
}

// edit changes what is asked.
func (n *network) edit(edit linkfaults.Edit, reconnect *bool) api.NetworkFaults {
	n.Helper()
	now, err := n.Edit(n.Context(), whatever, edit, reconnect)
	require.NoError(n, err)
	return now
}

// whatever is of who has seen whatever generation there is.
func whatever(uint64) error { return nil }

// cut are the nodes that a node's own rows cut it off from.
func (n *network) cut(i int) (names []string) {
	has, _ := n.nodes[i].Faults(n.Context())
	rows := make(map[types.NodeID]links.Link)
	for _, row := range has.Links {
		rows[row.Peer] = row.Link
	}
	for j, other := range n.nodes {
		row, ruled := rows[idOf(other.Name())]
		if !ruled {
			row = has.Others
		}
		if j != i && row.Cut != "" {
			names = append(names, other.Name())
		}
	}
	return names
}

// apart is a partition of two groups, for a while.
func apart(a, b faults.Nodes, until time.Duration) linkfaults.Edit {
	return linkfaults.Partition(faults.Partition{Groups: []faults.Nodes{a, b}, Until: faults.Until{After: until}})
}

func (n *network) dialled(i int) []string {
	n.nodes[i].mu.Lock()
	defer n.nodes[i].mu.Unlock()
	return slices.Sorted(slices.Values(n.nodes[i].dialled))
}
