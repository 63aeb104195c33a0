package launch

import (
	"context"
	"errors"
	"io"
	"os"
)

// launchedVariable is set in the environment of every child of [Start], to what
// its parent is called.
const launchedVariable = "NETWORKMNGR_LAUNCHED"

// ErrParentGone is what [WatchParent] returns once the parent has ended.
var ErrParentGone = errors.New("parent process is gone")

// Launched reports whether this process was started by [Start]: only then is
// standard input its parent's lifeline, and standard output read by a program.
func Launched() bool { return Parent() != "" }

// Parent is what the one calls itself that started this process by [Start]; it
// is empty for all other processes.
func Parent() string { return os.Getenv(launchedVariable) }

// WatchParent returns ErrParentGone when stdin ends, and ctx's error when ctx
// ends first. In the latter case the read under way lasts until stdin ends, as
// no read of a process's standard input can be broken off; it changes nothing.
func WatchParent(ctx context.Context, stdin io.Reader) error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		// A failing read tells of a lost parent as well as an end does.
		_, _ = io.Copy(io.Discard, stdin)
	}()
	select {
	case <-ended:
		return ErrParentGone
	case <-ctx.Done():
		return ctx.Err()
	}
}
