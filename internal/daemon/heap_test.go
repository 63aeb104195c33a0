package daemon

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// growth is by how many percent the heap may grow now.
func growth() uint64 {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// A node that starts has more room, until there is garbage to collect.
func TestTheHeapGrowsAtTheStartOnly(t *testing.T) {
	t.Setenv("GOGC", "")
	usual := growth()
	growAtStart()
	require.EqualValues(t, startGrowth, growth())
	require.Eventually(t, func() bool {
		runtime.GC()
		return growth() == usual
	}, patience, time.Millisecond)
}

func TestWhoHasSetTheGrowthIsObeyed(t *testing.T) {
	usual := growth()
	t.Setenv("GOGC", "50") // which the runtime has read by now
	growAtStart()
	require.Equal(t, usual, growth())
}
