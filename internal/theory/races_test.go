package theory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/theory"
)

func TestRaces(t *testing.T) {
	blocks := []theory.Found[string, string]{
		{"a1", "genesis", "n0"}, {"b1", "genesis", "n1"}, // a race
		{"a2", "a1", "n0"}, // which its own miner does not decide
		{"b2", "b1", "n2"}, {"c2", "a1", "n3"},
		{"b3", "b2", "n1"}, {"c3", "a2", "n1"}, // n1 and n0 race on a1, and nobody with n0 on b1
		{"d9", "unknown", "n1"},
	}
	races, own := theory.Races(blocks, "n0")
	require.Equal(t, []int{3, 2}, []int{races, own}, "b2, c2 and c3, of which the last two are on blocks of n0")
	races, own = theory.Races(blocks, "n9")
	require.Equal(t, []int{0, 0}, []int{races, own})
}
