package server

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever is asked for, on 32 bits too, is cut to what is there.
func TestCut(t *testing.T) {
	list := []int{0, 1, 2, 3}
	require.Equal(t, []int{1, 2, 3}, cut(list, 1, math.MaxInt32))
	require.Equal(t, []int{1, 2}, cut(list, 1, 2))
	require.Empty(t, cut(list, maxFrom, maxFrom))
	require.NotNil(t, cut(list, 4, 0))
}
