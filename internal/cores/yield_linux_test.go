package cores

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// What is done aside has a thread of its own, whose priority nothing else gets.
func TestOnlyWhatIsAsideYields(t *testing.T) {
	before, err := niceness(unix.Gettid())
	require.NoError(t, err)
	p := begun(1)
	for range 3 {
		var aside, other int
		var failure error
		p.Aside(func() { aside, failure = niceness(unix.Gettid()) })
		require.NoError(t, failure)
		require.Equal(t, min(before+yielded, 19), aside)
		other, err = niceness(unix.Gettid())
		require.NoError(t, err)
		require.Equal(t, before, other)
	}
}
