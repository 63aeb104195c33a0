package linkfaults

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/faults"
)

// What is asked is known, and can be another thing, while it is reckoned what it comes to; and
// what whoever has asked for it has reckoned is not reckoned again.
func TestNobodyWaitsForAPlan(t *testing.T) {
	var f Faults
	members := []faults.Member{{Name: "n0"}, {Name: "n1"}}
	planned := planFor(Asked{Generation: 1}, members)
	f.planning.Lock()
	var all sync.WaitGroup
	all.Go(func() { f.plan(members) })
	require.Zero(t, f.Asked().Generation)
	f.set(planned)
	require.EqualValues(t, 1, f.Asked().Generation)
	f.planning.Unlock()
	all.Wait()
	require.Same(t, planned, f.plan(members))
	require.NotSame(t, planned, f.plan(members[:1]))
}
