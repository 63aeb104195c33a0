package transport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a dial fails with has a name on the list.
func TestFailuresAreListed(t *testing.T) {
	require.Equal(t, "timeout", Failure(fmt.Errorf("dial: %w", os.ErrDeadlineExceeded)))
	for want, err := range map[string]error{
		"full":      fmt.Errorf("dial: %w", ErrFull),
		"banned":    ErrBanned,
		"duplicate": errors.Join(ErrDuplicate, context.DeadlineExceeded),
		"handshake": fmt.Errorf("%w: too slow", ErrHandshake),
		"timeout":   errors.Join(context.DeadlineExceeded, errors.New("dial")),
		"other":     errors.New("no such luck"),
	} {
		require.Equal(t, want, Failure(err))
		require.Contains(t, Failures(), want)
	}
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(Failures()))), len(Failures()))
}
