package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/record"
	"networkmngr/internal/terminal"
)

// errDiffers means that a replay did something else than the recording says.
var errDiffers = errors.New("the replay differs from the recording")

func replayCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "replay FILE",
		Short: "Play a node's recording again, and compare",
		Long: `Play again what a node was told, as --record wrote it down, and compare what it
wants done about that with what it wanted then. A node of the same version does
the same; where it does not, the first difference is shown, and the exit code is
1. Where recorded and played by different builds, that is told. With --json:
recorded_by, steps, effects, seconds, cut, behind, difference.`,
		Example: `  networkmngr -a 6 -d data --record
  networkmngr replay data/node-5000/record`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return misuse(errors.New("want one: the file of a recording"))
			}
			return nil
		},
	}
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		return replay(command.Context(), command.Flags().Arg(0), out)
	})
}

func replay(ctx context.Context, path string, out *terminal.Output) error {
	file, err := openRecording(path)
	if err != nil {
		return misuse(err)
	}
	defer file.Close()
	result, err := record.Replay(interruptible{ctx, file})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	err = out.Result(result, func() { printReplay(out, result) })
	if err == nil && result.Difference != nil {
		err = errDiffers
	}
	return err
}

// openRecording opens a file, but nothing else: a pipe would be waited for, and not
// even Ctrl-C would end that.
func openRecording(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	return os.Open(path)
}

// interruptible ends with ctx.
type interruptible struct {
	ctx  context.Context
	from io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, fmt.Errorf("interrupted: %w", context.Cause(r.ctx))
	}
	return r.from.Read(p)
}

func printReplay(out *terminal.Output, r record.Result) {
	if d := r.Difference; d != nil {
		out.Printf("step %d at %s, %s, effect %d differs\n", d.Step, d.Time.UTC().Format(time.RFC3339Nano), d.Input, d.Effect)
		out.Printf("  recorded: %s\n  now:      %s\n", orNothing(d.Expected), orNothing(d.Found))
		out.Printf("the %s before it are the same\n", terminal.Plural(r.Effects, "effect"))
	} else {
		took := time.Duration(r.Seconds * float64(time.Second)).Round(time.Millisecond)
		out.Printf("the same %s of %s in %s\n", terminal.Plural(r.Effects, "effect"), terminal.Plural(r.Steps, "step"), took)
	}
	if r.Cut {
		out.Printf("the recording's end is missing, as after a crash\n")
	}
	if r.Behind {
		out.Printf("the recording ends before its node did, as the disk was too slow\n")
	}
	if this := config.ThisVersion().String(); r.Software != this {
		out.Printf("it was recorded by another program\n  recorded by: %s\n  played by:   %s\n", orNothing(r.Software), this)
	}
}

func orNothing(summary string) string {
	if summary == "" {
		return "nothing"
	}
	return summary
}
