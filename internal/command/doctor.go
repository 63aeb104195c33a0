package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/manager"
)

// errUnwell is for a machine on which the network would not start, or not well.
var errUnwell = errors.New("something is wrong")

// The grades of a finding.
const (
	fine    = "ok"
	doubted = "warn" // works, perhaps not well
	wrong   = "fail" // does not work
)

// finding is what one check has found. "doctor --json" prints a list of them.
type finding struct {
	Check  string `json:"check"`
	Grade  string `json:"grade"` // "ok", "warn" or "fail"
	Found  string `json:"found"`
	Advice string `json:"advice"` // what to do; empty if all is fine
}

func ok(check, format string, args ...any) finding {
	return finding{Check: check, Grade: fine, Found: fmt.Sprintf(format, args...)}
}

func warn(check, found, advice string) finding { return finding{check, doubted, found, advice} }
func fail(check, found, advice string) finding { return finding{check, wrong, found, advice} }

// patient is what is examined: a network that would start here and now, and
// what the last one has left.
type patient struct {
	settings config.Manager
	record   *manager.Record // or nil
	running  bool            // the network of the record
}

// checks are made one after the other.
var checks = []func(*patient) []finding{
	checkRecord, checkLeftovers, checkPorts, checkFolders, checkLocks, checkFiles, checkMemory, checkClock,
}

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
		Args: noArguments,
	}
	config.ManagerFlags(command.Flags())
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(command *cobra.Command, _ []string) error {
		settings, err := config.LoadManager(command.Flags())
		if err != nil {
			return err
		}
		findings := examine(settings)
		out := newOutput(command.OutOrStdout(), *asJSON)
		if err := out.finish(printFindings(out, findings)); err != nil {
			return err
		}
		for _, f := range findings {
			if f.Grade == wrong {
				return errUnwell
			}
		}
		return nil
	}
	return command
}

func examine(settings config.Manager) []finding {
	p := &patient{settings: settings}
	var findings []finding
	record, err := lastRun(settings.Log.Folder)
	if err != nil {
		findings = append(findings, warn("last run", err.Error(), "remove the file"))
	}
	p.record = record
	p.running = record != nil && record.State == api.Running && lives(record.PID, record.StartedAt) == alive
	for _, check := range checks {
		findings = append(findings, check(p)...)
	}
	return findings
}

// findingIndent is where the words about a finding begin.
const findingIndent = 18

func printFindings(out *output, findings []finding) error {
	if out.json {
		return out.encode(findings)
	}
	colours := map[string]colour{fine: green, doubted: yellow, wrong: red}
	for _, f := range findings {
		grade := out.paint(colours[f.Grade], fmt.Sprintf("%-4s", f.Grade))
		out.printf("%s  %-10s  %s\n", grade, f.Check, wrap(f.Found, findingIndent))
		if f.Advice != "" {
			out.printf("%s→ %s\n", strings.Repeat(" ", findingIndent), wrap(f.Advice, findingIndent+2))
		}
	}
	return nil
}
