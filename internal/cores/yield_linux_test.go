package cores

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What is done in the background has a thread of its own, whose priority nothing else gets.
func TestOnlyTheBackgroundYields(t *testing.T) {
	before, err := niceness(unix.Gettid())
	require.NoError(t, err)
	p := begun(1)
	for range 300 { // the first thread of the process, which never ends, does none of it
		var background, other int
		var failure error
		p.Background(func() { background, failure = niceness(unix.Gettid()) })
		require.NoError(t, failure)
		require.Equal(t, min(before+yielded, 19), background)
		other, err = niceness(unix.Getpid())
		require.NoError(t, err)
		require.Equal(t, before, other)
	}
}
