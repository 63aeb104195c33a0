package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
)

// ErrParentGone is what [WatchParent] returns once the parent has ended.
var ErrParentGone = errors.New("parent process is gone")

// Launched reports whether this process was started by [Start]: only then is
// standard input its parent's lifeline, and standard output read by a program.
func Launched() bool { return Parent() != "" }

// Parent is what the one calls itself that started this process by [Start]; it
// is empty for all other processes.
func Parent() string { return os.Getenv(config.Launched) }

// OnOneCore reports whether this process was begun with one core although it may use all of
// them.
func OnOneCore() bool { return Launched() && os.Getenv(config.OneCore) != "" }

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

var errDataCommand = errors.New("unknown")

// DoData does with the data of nodes what a [Launcher] has asked for by the arguments
// after DataCommand, and announces what has come of it on stdout. The error is that of data
// or of stdout.
func DoData(ctx context.Context, data launch.Data, args []string, stdout io.Writer) error {
	found, err := doData(ctx, data, args[0], args[1:])
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(announcement{Chains: found})
}

func doData(ctx context.Context, data launch.Data, what string, folders []string) ([]launch.Chain, error) {
	switch what {
	case chains:
		return data.Chains(ctx, folders)
	case removeChains:
		return nil, data.RemoveChains(ctx, folders)
	case discard:
		return nil, data.Discard(ctx, folders)
	default:
		return nil, fmt.Errorf("%w: %s", errDataCommand, what)
	}
}
