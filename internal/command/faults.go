package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/disk"
	"networkmngr/internal/faults"
	"networkmngr/internal/links"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/terminal"
)

// clear is the argument of "faults" that stands for a state without any.
const clearFaults = "clear"

func faultsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "faults [FILE|-|clear]",
		Short: "Show or set all that is done to the links",
		Long: `Show what is asked of the links between nodes, and what each node has of it.
With a file, or - for standard input, that is all that is asked from now on:
JSON, as "faults --json" prints it under desired. With "clear", nothing is.

Faults hold on after a crash and a restart; a node has them before it dials.
With --json, the manager's answer to GET or PUT /network/faults.`,
		Example: `  networkmngr faults
  networkmngr faults lesson.json
  echo '{"topology": {"kind": "ring"}, "until": "5m"}' | networkmngr faults -
  networkmngr faults clear`,
		Args: oneFileAtMost,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{clearFaults + "\tno faults any more"}, cobra.ShellCompDirectiveDefault
		},
	}
	var wanted faults.State
	judgeFirst(command, func() (err error) {
		if command.Flags().NArg() > 0 {
			wanted, err = readFaults(command.InOrStdin(), command.Flags().Arg(0))
		}
		return err
	})
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		if command.Flags().NArg() == 0 {
			now, err := n.client.Faults(ctx)
			if err != nil {
				return n.explain(err)
			}
			return out.Result(now, func() { printFaults(out, now) })
		}
		return n.changed(out)(n.client.SetFaults(ctx, wanted))
	})
}

func oneFileAtMost(_ *cobra.Command, args []string) error {
	if len(args) > 1 || len(args) == 1 && args[0] == "" {
		return misuse(fmt.Errorf("%d arguments, want one at most: a file, - or %s", len(args), clearFaults))
	}
	return nil
}

// readFaults reads a state from a file or from standard input.
func readFaults(input io.Reader, from string) (wanted faults.State, err error) {
	var text []byte
	switch from {
	case clearFaults:
		return wanted, nil
	case "-":
		text, err = io.ReadAll(input)
	default:
		text, err = disk.ReadFile(from)
	}
	if err == nil {
		err = strictjson.Unmarshal(text, &wanted)
	}
	if err != nil {
		err = fmt.Errorf("faults %s: %w", from, err)
	}
	return wanted, err
}

// changed prints what the manager answers to a change of the faults.
func (n *network) changed(out *terminal.Output) func(api.NetworkFaults, error) error {
	return func(now api.NetworkFaults, err error) error {
		switch {
		case refusedFor(err, "bad-faults", "unknown-partition"):
			return misuse(err)
		case err != nil:
			return n.explain(err)
		}
		return out.Result(now, func() {
			out.Printf("%s\n", terminal.Wrap(now.Message, 0))
			printPending(out, now)
		})
	}
}

func printPending(out *terminal.Output, now api.NetworkFaults) {
	if len(now.Pending) > 0 {
		out.Printf("%s\n", out.Paint(terminal.Yellow, "not yet on "+strings.Join(now.Pending, " ")+", which get it before they go on"))
	}
}

func printFaults(out *terminal.Output, now api.NetworkFaults) {
	out.Printf("%s\n", terminal.Wrap(now.Message, 0))
	if until := now.Desired.Until; !until.IsZero() {
		out.Printf("all of it ends at %s\n", until.At.Local().Format(time.DateTime))
	}
	printRules(out, now.Desired)
	rows := make([][]any, len(now.Applied))
	for i, a := range now.Applied {
		rows[i] = []any{a.Node, a.Links, a.Generation}
	}
	if now.Generation > 0 && len(rows) > 0 {
		out.Printf("\n")
		out.Table([]string{"node", ">links with faults", ">generation"}, rows)
	}
	printPending(out, now)
}

// printRules shows partitions and rules, each on a line.
func printRules(out *terminal.Output, desired faults.State) {
	const wide = 30 // columns of what is asked, and of nodes
	var rows [][]any
	for _, p := range desired.Partitions {
		var groups []string
		for _, group := range p.Groups {
			groups = append(groups, strings.Join(group, " "))
		}
		if p.Rest {
			groups = append(groups, "all others")
		}
		rows = append(rows, []any{p.Name, terminal.Narrow(strings.Join(groups, " | "), wide), terminal.Narrow(cutWords(p), wide), ends(p.Until)})
	}
	for _, r := range desired.Links {
		nodes := strings.Join(r.From, " ") + " to " + strings.Join(r.To, " ")
		if r.Both {
			nodes += " and back"
		}
		asked := r.Preset
		if asked == "" {
			asked = faults.Words(r.Link)
		}
		rows = append(rows, []any{"links", terminal.Narrow(nodes, wide), terminal.Narrow(asked, wide), ends(r.Until)})
	}
	if len(rows) > 0 {
		out.Printf("\n")
		out.Table([]string{"what", "nodes", "is", "until"}, rows)
	}
}

func cutWords(p faults.Partition) string {
	if p.Oneway {
		return "cut one way, " + string(p.How)
	}
	return "cut, " + string(p.How)
}

// ends is the time of day at which something ends.
func ends(until faults.Until) string {
	if until.IsZero() {
		return none
	}
	return until.At.Local().Format(time.TimeOnly)
}

func partitionCommand() *cobra.Command {
	var p faults.Partition
	var how string
	var lasts time.Duration
	command := &cobra.Command{
		Use:   "partition GROUP GROUP...",
		Short: "Cut groups of nodes off from each other",
		Long: `Cut groups of nodes off from each other. A group is names, ports and ranges of
them, with commas between. Nodes of no group keep all links, or are one group
more with --rest. A partition takes the place of the one with its name.

By default the cable is pulled: links stay until they time out, and what was
sent arrives if it is healed by then. With --how reset, links end at once. With
--oneway, only what a group sends to those behind it is cut.

With --json, the manager's answer to POST /network/partition.`,
		Example: `  networkmngr partition n0,n1,n2 n3,n4,n5
  networkmngr partition n0-n49 n50-n99 --for 2m
  networkmngr partition n5 --rest --how reset
  networkmngr heal`,
		Args: someGroups, ValidArgsFunction: completeNodes,
	}
	flags := command.Flags()
	flags.StringVar(&p.Name, "name", "", "`name` of the partition, so that there can be several (default \"partition\")")
	flags.StringVar(&how, "how", "silent", "`way` to cut: silent, as a cable that was pulled, or reset")
	flags.BoolVar(&p.Oneway, "oneway", false, "cut only what a group sends to those behind it")
	flags.BoolVar(&p.Rest, "rest", false, "the nodes of no group are one group more")
	flags.DurationVar(&lasts, "for", 0, "`time` after which it heals by itself (default no end)")
	judgeFirst(command, func() (err error) {
		p.Until, err = untilOf(command, lasts)
		return err
	})
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		for _, group := range command.Flags().Args() {
			p.Groups = append(p.Groups, splitNodes(group))
		}
		p.How = links.Cut(how)
		return n.changed(out)(n.client.Partition(ctx, p))
	})
}

func someGroups(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return misuse(errors.New("no groups, want two or more: such as n0,n1 n2,n3"))
	}
	return nil
}

// splitNodes are the references of a list with commas.
func splitNodes(text string) (nodes faults.Nodes) { return strings.Split(text, ",") }

// untilOf is the end of what lasts as long as --for says.
func untilOf(command *cobra.Command, lasts time.Duration) (faults.Until, error) {
	if command.Flags().Changed("for") && lasts <= 0 {
		return faults.Until{}, fmt.Errorf("--for %s: want more than 0s", lasts)
	}
	return faults.Until{After: lasts}, nil
}

// completeNodes completes the last node of a list with commas.
func completeNodes(command *cobra.Command, args []string, word string) (lists []string, directive cobra.ShellCompDirective) {
	before := word[:strings.LastIndex(word, ",")+1]
	names, directive := completeNode(command, args, word)
	for _, name := range names {
		lists = append(lists, before+name)
	}
	return lists, directive | cobra.ShellCompDirectiveNoSpace
}

func healCommand() *cobra.Command {
	var reconnect bool
	command := &cobra.Command{
		Use:   "heal [NAME]",
		Short: "Join what was cut",
		Long: `Join what was cut: every partition ends and every rule that cuts links, or the
one partition with the name. Links stay as slow and lossy as they are; "faults
clear" ends all of it. Nodes dial each other at once, so that the network is one
again within seconds, unless --reconnect=false.

With --json, the manager's answer to POST /network/heal.`,
		Example: `  networkmngr heal
  networkmngr heal halves
  networkmngr heal --reconnect=false`,
		Args: onePartitionAtMost, ValidArgsFunction: completePartition,
	}
	command.Flags().BoolVar(&reconnect, "reconnect", true, "nodes dial each other at once")
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		wanted := api.Heal{Name: command.Flags().Arg(0), Reconnect: ifGiven(command.Flags().Changed("reconnect"), &reconnect)}
		return n.changed(out)(n.client.Heal(ctx, wanted))
	})
}

func onePartitionAtMost(_ *cobra.Command, args []string) error {
	if len(args) > 1 || len(args) == 1 && args[0] == "" {
		return misuse(fmt.Errorf("%s, want one at most: the name of a partition", argumentCount(args)))
	}
	return nil
}

// completePartition lists the names of the partitions that there are.
func completePartition(command *cobra.Command, _ []string, _ string) (names []string, directive cobra.ShellCompDirective) {
	toComplete(command, func(ctx context.Context, n *network) {
		now, _ := n.client.Faults(ctx) // a shell that completes has no use for an error
		for _, p := range now.Desired.Partitions {
			names = append(names, p.Name)
		}
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}
