package command

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

// nothingToSet is said where no flag says what is to become of a clock.
const nothingToSet = "nothing to set: want --offset, --drift or --behind"

func clockCommand() *cobra.Command {
	command := onNetwork(&cobra.Command{
		Use:   "clock",
		Short: "Show or set the nodes' wall clocks",
		Long: `Show how the nodes' wall clocks go. The lab has a time of its own, which stands
still while the network rests: one that is resumed, or was paused, goes on
behind the machine's clock, as if no time had passed (networkmngr --real-time
has it start at the machine's). A node's clock is ahead of the lab's time by its
offset, and runs fast by its drift.

With --json, the manager's answer to /network/clock.`,
		Example: `  networkmngr clock
  networkmngr clock set --node n2 --offset 90s --drift 0.01%
  networkmngr clock set --drift -50ppm
  networkmngr clock reset`,
	}, func(ctx context.Context, n *network, out *terminal.Output) error {
		clocks, err := n.client.Clock(ctx)
		if err != nil {
			return n.explain(err)
		}
		return out.Result(clocks, func() { printClocks(out, clocks) })
	})
	command.AddCommand(setClockCommand(), resetClockCommand())
	return command
}

func setClockCommand() *cobra.Command {
	var offset, behind time.Duration
	var drift string
	command := &cobra.Command{
		Use:   "set",
		Short: "Set the clock of a node, or of all",
		Long: `Set the clock of a node, or of all. What is not named stays as it is: with
another drift the time goes on from where it is; only an offset makes it jump.

With --json, the manager's answer to PUT /network/clock.`,
		Example: `  networkmngr clock set --node n2 --offset 90s --drift 0.01%
  networkmngr clock set --offset -1h
  networkmngr clock set --behind 0s`,
	}
	flags := command.Flags()
	node := nodeFlag(command, "`name` or port of a node (default all)")
	flags.DurationVar(&offset, "offset", 0, "`time` by which the clock is ahead of the lab's, such as 90s or -1h")
	flags.StringVar(&drift, "drift", "", "`share` by which the clock runs fast, such as 0.01% or -50ppm")
	flags.DurationVar(&behind, "behind", 0, "`time` by which the lab's time is behind the machine's; 0s for the machine's time")
	given := flags.Changed
	judgeFirst(command, func() error {
		if given("offset") || given("drift") || given("behind") {
			return nil
		}
		return errors.New(nothingToSet)
	})
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		change := api.LabClockChange{Behind: ifGiven(given("behind"), new(behind.String()))}
		setting := api.ClockSettingChange{Offset: ifGiven(given("offset"), new(offset.String())), Drift: ifGiven(given("drift"), &drift)}
		switch {
		case setting == api.ClockSettingChange{}:
		case *node == "":
			change.All = &setting
		default:
			change.Nodes = map[string]api.NodeClockChange{*node: {ClockSettingChange: setting}}
		}
		return n.setClock(ctx, out, change)
	})
}

func resetClockCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "reset",
		Short: "Have all clocks be the machine's, or a node's that of all",
		Long: `Have the clocks of all nodes be the machine's, or that of one node be the one of
all again. With --json, the manager's answer to PUT /network/clock.`,
		Example: `  networkmngr clock reset
  networkmngr clock reset --node n2`,
	}
	node := nodeFlag(command, "`name` or port of a node (default all)")
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		if *node != "" {
			return n.setClock(ctx, out, api.LabClockChange{Nodes: map[string]api.NodeClockChange{*node: {Own: new(false)}}})
		}
		return n.setClock(ctx, out, api.LabClockChange{
			Behind: new("0s"), All: &api.ClockSettingChange{Offset: new("0s"), Drift: new("0%")},
		})
	})
}

func (n *network) setClock(ctx context.Context, out *terminal.Output, change api.LabClockChange) error {
	clocks, err := n.client.SetClock(ctx, change)
	if refusedFor(err, "bad-clock") {
		return misuse(err)
	}
	if err != nil {
		return n.explain(err)
	}
	return out.Result(clocks, func() { printClocks(out, clocks) })
}

func printClocks(out *terminal.Output, c api.LabClock) {
	if c.Stands {
		out.Printf("the network is paused, and its time stands still\n")
	}
	out.Printf("lab clock: %s\n\n", behindInWords(c.Behind))
	rows := make([][]any, len(c.Nodes))
	for i, n := range c.Nodes {
		its := orDash(n.Clock, func(c api.Clock) string { return c.Time.Local().Format(time.DateTime) })
		rows[i] = []any{n.Node, n.Wanted.Offset, n.Wanted.Drift, its}
	}
	out.Table([]string{"node", ">offset", ">drift", "its time"}, rows)
	for _, n := range c.Nodes {
		printError(out, n.Node, n.Error)
	}
}

// machinesTime is said of a lab's time that is the machine's.
const machinesTime = "the machine's"

// behindInWords says how far a lab's time is behind the machine's, in the largest unit
// that fits: "4 days behind".
func behindInWords(text string) string {
	behind, err := time.ParseDuration(text)
	if err != nil || behind.Abs() < time.Second {
		return machinesTime
	}
	where := "behind"
	if behind < 0 {
		where = "ahead"
	}
	for _, unit := range []struct {
		name string
		of   time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if count := behind.Abs() / unit.of; count > 1 || count == 1 && unit.of == time.Second {
			return terminal.Plural(int(count), unit.name) + " " + where
		}
	}
	return strings.TrimSpace(text + " " + where)
}

// pauseCommands have the whole network stand still, and go on.
func pauseCommands() []*cobra.Command {
	var commands []*cobra.Command
	for _, a := range []action{
		{"pause", "Have the whole network stand still", "Have all nodes stand still (SIGSTOP), and their time with them, until the\nnetwork is resumed. \"nodes pause\" is for one node, whose time goes on."},
		{"resume", "Have a paused network go on", "Have all paused nodes go on, at the time when the network was paused."},
	} {
		commands = append(commands, onNetwork(&cobra.Command{
			Use: a.name, Short: a.short,
			Long:    a.long + "\n\nWith --json, the manager's answer to POST /network/" + a.name + ".",
			Example: "  networkmngr " + a.name,
		}, func(ctx context.Context, n *network, out *terminal.Output) error {
			clocks, err := n.client.ActOnAll(ctx, a.name)
			if err != nil {
				return n.explain(err)
			}
			return out.Result(clocks, func() { out.Printf("%s\n", clocks.Message) })
		}))
	}
	return commands
}
