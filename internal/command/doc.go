// Package command is the command line of both programs: it turns flags into
// settings and settings into what runs.
package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/printable"
	"networkmngr/internal/terminal"
)

// Exit codes. Of a misuse, nothing that was started is left.
const (
	exitFailed    = 1
	exitMisuse    = 2
	exitNoNetwork = 3 // to speak to
)

// narrowUsage is cobra's template of a command's usage, with the flags wrapped
// so that a terminal does not have to.
func narrowUsage(template string) string {
	return strings.NewReplacer(
		".FlagUsages ", fmt.Sprintf(".FlagUsagesWrapped %d ", terminal.Columns),
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`,
		`"{{.CommandPath}} [command] --help" tells more of a command.`,
	).Replace(template)
}

// narrowText folds the lines of a command's help that are wider than a terminal, which
// cobra's own are: where a shell's command is redirected, or else between two words.
func narrowText(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\t", "  "), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if terminal.Width(line) <= terminal.Columns {
			continue
		}
		if strings.HasPrefix(line, "  ") {
			lines[i] = strings.Replace(line, " > ", " > \\\n    ", 1)
		} else if cut := strings.LastIndexByte(line[:terminal.Columns+1], ' '); cut > 0 {
			lines[i] = line[:cut]
			lines = carry(lines, i+1, line[cut+1:])
		}
	}
	return strings.Join(lines, "\n")
}

// carry puts what a line had too much before the next one of its paragraph, at i, or where
// the paragraph ends on a line of its own.
func carry(lines []string, i int, words string) []string {
	if i == len(lines) || lines[i] == "" || strings.HasPrefix(lines[i], " ") {
		return slices.Insert(lines, i, words)
	}
	lines[i] = words + " " + lines[i]
	return lines
}

// strictHelp has a command that is none refused where help with it is asked for, too.
// The error is told of by refuse.
func strictHelp(program *cobra.Command, refuse func(error)) {
	help := program.HelpFunc()
	program.SetHelpFunc(func(command *cobra.Command, args []string) {
		if typed := command.Flags().Args(); command.HasAvailableSubCommands() && len(typed) > 0 {
			refuse(noCommand(command, typed))
			return
		}
		command.Long = narrowText(command.Long)
		help(command, args)
	})
	program.InitDefaultHelpCmd()
	if topics, _, err := program.Find([]string{"help"}); err == nil {
		topics.Args = func(_ *cobra.Command, args []string) error {
			command, rest, err := program.Find(args)
			if err == nil && command.HasAvailableSubCommands() {
				err = noCommand(command, rest)
			}
			return err
		}
	}
}

// typedPath is a command with those above it, by the alias that was typed if one was.
func typedPath(command *cobra.Command) string {
	above := strings.TrimSuffix(command.CommandPath(), command.Name())
	return above + cmp.Or(command.CalledAs(), command.Name())
}

// Run runs command with the process's arguments until it ends or the process
// is told to, and returns the process's exit code. SIGHUP and SIGINT that it was
// started to ignore, as by nohup or as a script's background job, stay ignored.
func Run(command *cobra.Command) int {
	ends := slices.DeleteFunc([]os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}, signal.Ignored)
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	defer stop()
	command.SetArgs(spelledOut(command, os.Args[1:]))
	return run(ctx, command, os.Stderr)
}

// tutorialFlags are those that a tutorial types in a form that no flag of ours has.
var tutorialFlags = map[string]string{"-bf": "--blocks", "-bt": "--block-template"}

// spelledOut returns a program's arguments with the flags of a tutorial under our names,
// if they are for a command that has these.
func spelledOut(program *cobra.Command, args []string) []string {
	if command, _, err := program.Find(renamed(program.Flags(), args)); err == nil && command.Flags().Lookup("block-template") != nil {
		return renamed(command.Flags(), args)
	}
	return args
}

// renamed leaves the values of flags alone, and what follows "--".
func renamed(flags *pflag.FlagSet, args []string) []string {
	args = slices.Clone(args)
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		typed, _, given := strings.Cut(args[i], "=")
		if ours, known := tutorialFlags[typed]; known {
			typed, args[i] = ours, strings.Replace(args[i], typed, ours, 1)
		}
		if !given && wantsValue(flags, typed) {
			i++
		}
	}
	return args
}

// wantsValue reports whether what follows a flag is its value.
func wantsValue(flags *pflag.FlagSet, typed string) bool {
	var flag *pflag.Flag
	if name, long := strings.CutPrefix(typed, "--"); long {
		flag = flags.Lookup(name)
	} else if len(typed) == len("-p") && typed[0] == '-' {
		flag = flags.ShorthandLookup(typed[1:])
	}
	return flag != nil && flag.NoOptDefVal == ""
}

// outliveReaders has the process go on when nobody reads its output any more, as after
// "networkmngr | head -1". Other commands end then, as commands do.
func outliveReaders() { signal.Ignore(syscall.SIGPIPE) }

func run(ctx context.Context, command *cobra.Command, stderr io.Writer) int {
	command.SilenceErrors, command.SilenceUsage = true, true
	readDecimals(command)
	command.SetUsageTemplate(narrowUsage(command.UsageTemplate()))
	command.SetFlagErrorFunc(func(command *cobra.Command, err error) error { return misuse(plainFlagError(command, err)) })
	var refused error
	strictHelp(command, func(err error) { refused = err })
	ran, err := command.ExecuteContextC(ctx)
	if err = cmp.Or(err, refused); err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %s\n", typedPath(ran), printable.Text(err.Error()))
	switch {
	case errors.Is(err, config.ErrSetting), errors.Is(err, launch.ErrMisuse): // found here, or by a node
		return exitMisuse
	case errors.Is(err, errNoNetwork):
		return exitNoNetwork
	}
	return exitFailed
}

// readDecimals has all of a program's flags take decimal numbers.
func readDecimals(command *cobra.Command) {
	config.Decimal(command.Flags())
	for _, sub := range command.Commands() {
		readDecimals(sub)
	}
}

// misuse marks an error that the user can mend: a flag, a file, a port.
func misuse(err error) error { return config.Misuse(err) }

// printing makes command one that prints what run has to say, as JSON if --json
// is given. It takes no arguments, unless it says otherwise.
func printing(command *cobra.Command, run func(*cobra.Command, *terminal.Output) error) *cobra.Command {
	if command.Args == nil {
		command.Args = noArguments
	}
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(command *cobra.Command, _ []string) error {
		out := terminal.New(command.OutOrStdout(), *asJSON)
		return out.Finish(run(command, out))
	}
	return command
}

// noArguments refuses what stands beside the flags.
func noArguments(command *cobra.Command, args []string) error {
	switch {
	case command.HasAvailableSubCommands():
		return noCommand(command, args)
	case len(args) > 0:
		return misuse(fmt.Errorf("unknown argument %q", args[0]))
	}
	return nil
}
