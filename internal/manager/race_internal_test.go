package manager

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

// Blocks that were mined out of sight are not made up.
func TestEventsOfARaceAreLost(t *testing.T) {
	t.Parallel()
	r := racer{set: true}
	require.ErrorContains(t, r.take(events.Gap{First: 3, Last: 9}), "lost sight of 7 of its events")
}
