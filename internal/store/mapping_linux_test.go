package store_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
)

// A process that may use few addresses works all the same.
func TestFewAddresses(t *testing.T) {
	const spare = 1 << 30
	var usual syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_AS, &usual))
	few := syscall.Rlimit{Cur: addresses(t) + spare, Max: usual.Max}
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &few))
	defer func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &usual)) }()

	s, err := store.Open(t.TempDir())
	require.NoError(t, err)
	w := newLoad(1, 200)
	for range 20 {
		require.NoError(t, s.Update(func(to chain.Writer) error { return w.write(to, 10) }))
	}
	require.NoError(t, stillAt(s, w.height))
	require.NoError(t, s.Close())
}

// addresses is how many bytes of addresses this process uses.
func addresses(t *testing.T) uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.ParseUint(strings.Fields(string(text))[0], 10, 64)
	require.NoError(t, err)
	return pages * uint64(os.Getpagesize())
}
