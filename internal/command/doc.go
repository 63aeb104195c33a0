// Package command is the command line of both programs: it turns flags into
// settings and settings into what runs.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/logging"
)

// Software is the name and version that nodes tell of themselves.
const Software = "networkmngr/0.1.0"

// Exit codes. Of a misuse, nothing that was started is left.
const (
	exitFailed    = 1
	exitMisuse    = 2
	exitNoNetwork = 3 // to speak to
)

// narrowUsage is cobra's template of a command's usage, with the flags wrapped
// so that a terminal does not have to.
func narrowUsage(template string) string {
	const wide = ".FlagUsages "
	return strings.ReplaceAll(template, wide, fmt.Sprintf(".FlagUsagesWrapped %d ", columns))
}

// misuse marks an error that the person can mend: a flag, a setting, a port.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// Run runs command with the process's arguments until it ends or the process
// is told to, and gives the process's exit code.
func Run(command *cobra.Command) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	return run(ctx, command, os.Stderr)
}

func run(ctx context.Context, command *cobra.Command, stderr io.Writer) int {
	command.SilenceErrors, command.SilenceUsage = true, true
	command.SetUsageTemplate(narrowUsage(command.UsageTemplate()))
	command.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misuse{err} })
	ran, err := command.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %v\n", ran.CommandPath(), err)
	if isMisuse(err) {
		return exitMisuse
	}
	if errors.Is(err, errNoNetwork) {
		return exitNoNetwork
	}
	return exitFailed
}

// isMisuse reports whether the person can mend what err tells of. A node that
// was started may have found it.
func isMisuse(err error) bool {
	return errors.As(err, &misuse{}) || errors.Is(err, config.ErrSetting) || errors.Is(err, launch.ErrMisuse)
}

// badLogs is why no log can be written where the settings say.
func badLogs(settings logging.Config, err error) error {
	return misuse{fmt.Errorf("--logs %s: %w", settings.Folder, err)}
}

// noArguments refuses what stands beside the flags.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return misuse{fmt.Errorf("unknown argument %q", args[0])}
	}
	return nil
}
