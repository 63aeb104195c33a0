package command

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/doctor"
	"networkmngr/internal/terminal"
)

// errProblems means that the network would not start here.
var errProblems = errors.New("something is wrong")

func doctorCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Find out what would keep a network from running well here",
		Long: `Look whether networkmngr, given the same flags here and now, could run well:
ports, folders and disk space, the limit of open files, memory, the clock; and
what an earlier run has left: processes, locks. It changes nothing.

With --json, a list of check, grade (ok, warn or fail), found and advice. The
exit code is 1 if something fails.`,
		Example: `  networkmngr doctor
  networkmngr doctor -p 6000 -a 50 -d data`,
	}
	config.ManagerFlags(command.Flags())
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		settings, err := config.LoadManager(command.Flags())
		if err != nil {
			return err
		}
		results := doctor.Examine(settings)
		if err := out.Result(results, func() { printResults(out, results) }); err != nil {
			return err
		}
		if slices.ContainsFunc(results, func(r doctor.Result) bool { return r.Grade == doctor.Failed }) {
			return errProblems
		}
		return nil
	})
}

func printResults(out *terminal.Output, results []doctor.Result) {
	const indent = 18 // of what was found
	colours := map[string]terminal.Colour{doctor.Passed: terminal.Green, doctor.Warned: terminal.Yellow, doctor.Failed: terminal.Red}
	for _, r := range results {
		grade := out.Paint(colours[r.Grade], fmt.Sprintf("%-4s", r.Grade))
		out.Printf("%s  %-10s  %s\n", grade, r.Check, terminal.Wrap(r.Found, indent))
		if r.Advice != "" {
			out.Printf("%s→ %s\n", strings.Repeat(" ", indent), terminal.Wrap(r.Advice, indent+2))
		}
	}
}
