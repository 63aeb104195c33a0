package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/genesis"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/logging"
	"networkmngr/internal/manager"
	"networkmngr/internal/terminal"
)

// managerLogger names the manager in its log, and the file in the log folder.
const managerLogger = "networkmngr"

const logSuffix = ".log"

// loggerOf is managerLogger unless that is of another manager that runs with the same
// log folder: then it has the port, too.
func loggerOf(settings config.ManagerSettings) string {
	all, err := lastrun.All(settings.Log.Folder)
	if err != nil || len(lastrun.Beside(all, settings.DefaultURL())) == 0 {
		return managerLogger // the doctor tells of a record that cannot be read
	}
	return fmt.Sprintf("%s-%d", managerLogger, settings.Port)
}

// Manager is the command that runs a whole network. Its sub-command "node" is
// how it starts each node: one executable is all there is to install. Its sub-command
// "watch" draws with show.
func Manager(show Screen) *cobra.Command {
	command := networkCommand()
	command.AddCommand(
		Node(), bootstrapCommand(), listCommand(), statusCommand(), nodesCommand(), machinesCommand(), peersCommand(), connectCommand(), disconnectCommand(), addressesCommand(), bansCommand(), banCommand(), unbanCommand(), linksCommand(), partitionCommand(), healCommand(), faultsCommand(), mineCommand(), miningCommand(), strategyCommand(), chainCommand(), forksCommand(), reorgCommand(), invalidateCommand(), reconsiderCommand(), sendCommand(), mempoolCommand(), balanceCommand(), accountCommand(), loadCommand(), logsCommand(), eventsCommand(), watchCommand(show), reportCommand(), stopCommand(), clockCommand(), snapshotCommand(),
		configCommand(), doctorCommand(), replayCommand(), versionCommand(),
	)
	command.AddCommand(pauseCommands()...)
	return command
}

// networkCommand is Manager's without its sub-commands.
func networkCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   program,
		Short: "Run a proof-of-work blockchain network on this machine",
		Long: `Run a real proof-of-work blockchain network on this machine: a manager, and
nodes as processes of their own on the ports after the manager's. Ctrl-C or
/shutdown/all ends all of it. The other commands speak to a network that runs.

Exit codes: 0 fine, 1 failed, 2 wrong use, 3 no network runs there.`,
		Example: `  networkmngr -p 4999 -a 6
  networkmngr mine
  networkmngr status
  curl 127.0.0.1:5003/chain
  networkmngr stop`,
		Args: noCommand,
		RunE: func(command *cobra.Command, _ []string) error {
			settings, err := config.LoadManager(command.Flags())
			if err == nil {
				settings, err = manager.Resumed(settings)
			}
			if err != nil {
				return err
			}
			outliveReaders()
			_, err = runManager(command.Context(), settings, false, command.OutOrStdout(), command.ErrOrStderr())
			return err
		},
	}
	config.ManagerFlags(command.Flags())
	tellVersion(command)
	return command
}

// noCommand refuses what is no sub-command, and says what may have been meant.
func noCommand(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	command.SuggestionsMinimumDistance = 2 // edits
	if meant := command.SuggestionsFor(args[0]); len(meant) > 0 {
		return misuse(fmt.Errorf("unknown command %q: did you mean %s?", args[0], strings.Join(meant, " or ")))
	}
	return misuse(fmt.Errorf("unknown command %q: see %s --help", args[0], command.CommandPath()))
}

// garbagePercent is how much garbage a manager may have beside what it uses. It is one process,
// all nodes wait for it at the start, and with as little as Go allows by itself it collects
// garbage while it begins the first ones.
const garbagePercent = 200

// runManager runs a network until it is told to stop, and reports whether one ever stood. A
// temporary data folder goes with it.
func runManager(ctx context.Context, settings config.ManagerSettings, temporary bool, stdout, stderr io.Writer) (stood bool, err error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	network, err := genesis.LoadNamed(settings.Genesis, time.Now().Add(settings.Offset))
	if err != nil {
		return false, misuse(err)
	}
	executable, err := os.Executable()
	if err != nil {
		return false, fmt.Errorf("find the program's own file, to start nodes with: %w", err)
	}
	logger := loggerOf(settings)
	log, closer, err := logging.Open(settings.Log, logger+logSuffix, logger)
	if err != nil {
		return false, misuse(fmt.Errorf("--logs %s: %w", settings.Log.Folder, err))
	}
	defer closer.Close()
	logging.Begin(log, config.Software)
	told := newTeller(settings.Quiet, terminal.New(stdout, false), terminal.New(stderr, false))
	made := settings.MakeToken()
	m := manager.New(manager.Options{
		Settings: settings, Temporary: temporary, TokenMade: made, Genesis: network, Software: config.Software, Seed: rand.Uint64(), Watch: told.watch,
		Logger: log, LogFile: logger + logSuffix,
	}, process.Launcher{Path: executable, Args: []string{nodeName}})
	err = m.Run(ctx, func(s manager.Summary) {
		stood = true
		told.begin(func() { printSummary(stdout, s) })
	})
	told.end()
	if err != nil {
		log.Error("network failed", "error", err)
	}
	if errors.Is(err, manager.ErrCheck) {
		err = misuse(err)
	}
	return stood, err
}

// printSummary tells the user what runs, and what to do with it.
func printSummary(stdout io.Writer, s manager.Summary) {
	data := s.Data
	if s.Temporary {
		data += " (temporary: removed after a clean stop)"
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	out := terminal.New(table, false)
	ports := fmt.Sprintf("ports %d-%d", s.FirstPort, s.LastPort)
	if s.Nodes == 1 {
		ports = fmt.Sprintf("port %d", s.FirstPort)
	}
	out.Printf("%s on %s, manager at %s\n", terminal.Plural(s.Nodes, "node"), ports, s.URL)
	out.Printf("  see\t%s in a browser\n", s.URL)
	look, act := curls(s)
	out.Printf("  mine\t%s %s/start/mining\n", act, s.URL)
	out.Printf("  look\t%s %s/chain\n", look, s.Node)
	out.Printf("  stop\tCtrl-C, or %s %s/shutdown/all\n", act, s.URL)
	out.Printf("  docs\t%s/docs\n", s.URL)
	if len(s.Seeds) > 0 {
		out.Printf("  join\tnode -p PORT --seeds %s --lab %s\n", strings.Join(s.Seeds, ","), s.Lab)
	}
	if s.Joined != "" {
		out.Printf("  join\tof the network of %s, which shows and stops all of it\n", s.Joined)
	}
	printToken(out, s)
	if s.Fingerprint != "" {
		out.Printf("  tls\t%s\n", s.Fingerprint)
	}
	out.Printf("  logs\t%s\n", s.Logs)
	out.Printf("  data\t%s\n", data)
	if s.Behind >= time.Second {
		out.Printf("  time\tlab clock: %s, as the network has rested\n", behindInWords(s.Behind.String()))
	}
	table.Flush()
}

// curls are curl with what it takes to ask the network, and to change it: as they are pasted, they
// work.
func curls(s manager.Summary) (look, act string) {
	look = "curl"
	if s.Fingerprint != "" {
		look += " --cacert " + quoted(s.Certificate)
	}
	switch act = look; {
	case s.TokenFile != "":
		act += ` -H "Authorization: Bearer $(cat ` + quoted(s.TokenFile) + `)"`
	case s.Guarded:
		act += ` -H "Authorization: Bearer TOKEN"`
	}
	return look, act
}

// quoted is a word for a shell.
func quoted(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// printToken tells of the token that mine and stop need, and does not show it.
func printToken(out *terminal.Output, s manager.Summary) {
	switch {
	case s.TokenFile != "":
		out.Printf("  token\tmine and stop need it: it is in %s\n", s.TokenFile)
	case s.Guarded:
		out.Printf("  token\tmine and stop need it: in TOKEN's place\n")
	}
}
