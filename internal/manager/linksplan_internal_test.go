package manager

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/faults"
	"networkmngr/internal/launch"
)

// noChains is a launcher of nodes that have no data.
type noChains struct{ launch.Launcher }

func (noChains) Chains(context.Context, []string) ([]launch.Chain, error) { return nil, nil }

// Faults that end while the network starts end once it has: they are no reason not to start.
func TestFaultsThatEndWhileTheNetworkStarts(t *testing.T) {
	m := &Manager{launcher: noChains{}, data: new(folder)}
	f := &m.linkFaults
	f.opened = time.Now().Add(-time.Minute)
	f.now.Desired = faults.State{Topology: &faults.Topology{Kind: faults.Ring}, Until: faults.Until{At: f.opened.Add(time.Second)}}
	require.NoError(t, m.beginFaults(t.Context(), nil))
}

// What is asked is known, and can be another thing, while it is reckoned what it comes to; and
// what whoever has asked for it has reckoned is not reckoned again.
func TestNobodyWaitsForAPlan(t *testing.T) {
	var f linkFaults
	members := []faults.Member{{Name: "n0"}, {Name: "n1"}}
	planned := planFaults(askedFaults{Generation: 1}, members)
	f.planning.Lock()
	var all sync.WaitGroup
	all.Go(func() { f.plan(members) })
	require.Zero(t, f.asked().Generation)
	f.set(planned)
	require.EqualValues(t, 1, f.asked().Generation)
	f.planning.Unlock()
	all.Wait()
	require.Same(t, planned, f.plan(members))
	require.NotSame(t, planned, f.plan(members[:1]))
}
