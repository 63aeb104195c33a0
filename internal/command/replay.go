package command

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/record"
	"networkmngr/internal/terminal"
)

// replayForm is what "replay --json" prints.
type replayForm struct {
	Steps      int             `json:"steps"`   // inputs that were played
	Effects    int             `json:"effects"` // that were as recorded
	Seconds    float64         `json:"seconds"` // from the recording's start to its last step
	Cut        bool            `json:"cut"`     // its end is missing, as after a crash
	Difference *differenceForm `json:"difference"`
}

// differenceForm is the first effect that is not as recorded.
type differenceForm struct {
	Step     int       `json:"step"` // from 1
	Time     time.Time `json:"time"`
	Input    string    `json:"input"`  // its kind
	Effect   int       `json:"effect"` // of the step, from 1
	Expected string    `json:"expected"`
	Found    string    `json:"found"`
}

// errDiffers means that a replay did something else than the recording says.
var errDiffers = fmt.Errorf("the replay differs from the recording")

func replayCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "replay FILE",
		Short: "Play a node's recording again, and compare",
		Long: `Play again what a node was told, as --record wrote it down, and compare what it
wants done about that with what it wanted then. A node of the same version does
the same; where it does not, the first difference is shown, and the exit code is
1. With --json: steps, effects, seconds, cut, difference.`,
		Example: `  networkmngr -a 6 -d data --record
  networkmngr replay data/node-5000/record`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return config.Misuse(fmt.Errorf("want one: the file of a recording"))
			}
			return nil
		},
	}
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(command *cobra.Command, args []string) error {
		return replay(args[0], terminal.New(command.OutOrStdout(), *asJSON))
	}
	return command
}

func replay(path string, out *terminal.Output) error {
	file, err := os.Open(path)
	if err != nil {
		return config.Misuse(err)
	}
	defer file.Close()
	form, err := replayed(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	err = out.Result(form, func() { form.print(out) })
	if err == nil && form.Difference != nil {
		err = errDiffers
	}
	return out.Finish(err)
}

func replayed(from io.Reader) (replayForm, error) {
	result, err := record.Replay(from)
	form := replayForm{Steps: result.Steps, Effects: result.Effects, Seconds: result.Took.Seconds(), Cut: result.Cut}
	if d := result.Difference; d != nil {
		form.Difference = &differenceForm{d.Step, d.At, d.Kind(), d.Effect, d.Expected, d.Found}
	}
	return form, err
}

func (f *replayForm) print(out *terminal.Output) {
	if d := f.Difference; d != nil {
		out.Printf("step %d at %s, %s, effect %d differs\n", d.Step, d.Time.UTC().Format(time.RFC3339Nano), d.Input, d.Effect)
		out.Printf("  recorded: %s\n  now:      %s\n", orNothing(d.Expected), orNothing(d.Found))
		out.Printf("the %s before it are the same\n", terminal.Plural(f.Effects, "effect"))
	} else {
		took := time.Duration(f.Seconds * float64(time.Second)).Round(time.Millisecond)
		out.Printf("the same %s of %s in %s\n", terminal.Plural(f.Effects, "effect"), terminal.Plural(f.Steps, "step"), took)
	}
	if f.Cut {
		out.Printf("the recording's end is missing, as after a crash\n")
	}
}

func orNothing(summary string) string {
	if summary == "" {
		return "nothing"
	}
	return summary
}
