package mailbox

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func rung(wait <-chan struct{}) bool {
	select {
	case <-wait:
		return true
	default:
		return false
	}
}

func TestBellWakesAllWhoWait(t *testing.T) {
	var b Bell
	b.Ring() // nobody hears it
	first, second := b.Wait(), b.Wait()
	require.False(t, rung(first))
	b.Ring()
	require.True(t, rung(first))
	require.True(t, rung(second))
	require.False(t, rung(b.Wait()))
}

// Whoever looks after each ring misses none, also of those that come while it looks.
func TestRingsMissNone(t *testing.T) {
	var b Bell
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	looks := 0
	for range b.Rings(ctx) {
		switch looks++; looks {
		case 1:
			b.Ring()
			b.Ring()
		case 2:
			cancel()
		default:
			require.Fail(t, "two rings while it looks are one")
		}
	}
	require.Equal(t, 2, looks)
}
