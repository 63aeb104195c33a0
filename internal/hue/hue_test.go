package hue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/hue"
)

// The numbers are those of the page, web/src/model/colours.ts.
func TestANamesColour(t *testing.T) {
	for name, want := range map[string]int{
		"": hue.Grey, "n0": 1, "n1": 2, "n6": 7, "n7": 1, "n100": 3, "n700000000000000000000000000000001": 2,
		"n": 1 + 110%7, "m1": 1 + (109+49)%7, "n-1": 1 + (110+45+49)%7, "é": 1 + 233%7,
	} {
		require.Equal(t, want, hue.Of(name), name)
	}
}
