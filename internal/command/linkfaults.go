package command

import (
	"context"
	"encoding"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/links"
	"networkmngr/internal/terminal"
)

func linksCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "links [NODE]",
		Short: "Show what links are asked, and what they achieve",
		Long: `Show for each direction between two nodes that has a fault or a link what is
asked of it, and what its sender measures: how long the last frames were under
way, one way (the median), the rate where frames had to wait, bytes that wait,
frames that were dropped. With a node's name or port, only that node's.

With --json, the manager's answer to GET /network/links.`,
		Example: `  networkmngr links
  networkmngr links n0
  networkmngr links set n0 n1 --both --delay 50ms
  networkmngr links set all all --preset 3g --for 1m
  networkmngr links presets`,
		Args: oneNodeAtMost, ValidArgsFunction: completeNode,
	}
	onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		now, err := n.client.Links(ctx, command.Flags().Arg(0))
		if err != nil {
			return n.explain(err)
		}
		return out.Result(now, func() { printLinks(out, now) })
	})
	command.AddCommand(setLinksCommand(), presetsCommand())
	return command
}

func printLinks(out *terminal.Output, now api.NetworkLinks) {
	const wide = 26 // columns of what is asked
	rows := make([][]any, len(now.Links))
	for i, l := range now.Links {
		rows[i] = append([]any{l.From + " > " + l.To, terminal.Narrow(faults.Words(l.Asked), wide)}, achieved(l.Achieved)...)
	}
	if len(rows) == 0 {
		out.Printf("no links, and none that has a fault\n")
	} else {
		out.Table([]string{"link", "asked", ">delay", ">rate", ">queue", ">dropped"}, rows)
	}
	if now.More > 0 {
		out.Printf("and %d more\n", now.More)
	}
	if len(now.Unknown) > 0 {
		out.Printf("%s\n", out.Paint(terminal.Yellow, "not known what is achieved by "+fmt.Sprint(now.Unknown)))
	}
}

// achieved is what a link comes to, in the columns of a table.
func achieved(a *api.Achieved) []any {
	if a == nil {
		return []any{"no link", none, none, none}
	}
	delay, rate := none, none
	if a.Delay != nil {
		delay = time.Duration(a.Delay.P50).Round(10 * time.Microsecond).String()
	}
	if a.Bandwidth != nil {
		rate = a.Bandwidth.String()
	}
	return []any{delay, rate, links.Size(a.Queued).String(), a.Dropped}
}

func presetsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "presets",
		Short: "List the presets for links, and the tables of regions",
		Long: `List the presets that "links set --preset" takes, and the tables of regions for
the file of "faults". Delays are one way: a round trip pays both directions.

With --json, the manager's answer to GET /network/presets.`,
		Example: `  networkmngr links presets`,
	}
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		presets, err := n.client.Presets(ctx)
		if err != nil {
			return n.explain(err)
		}
		return out.Result(presets, func() { printPresets(out, presets) })
	})
}

func printPresets(out *terminal.Output, presets api.Presets) {
	const wide = 60
	rows := make([][]any, len(presets.Presets))
	for i, p := range presets.Presets {
		rows[i] = []any{p.Name, terminal.Narrow(faults.Words(p.Link), wide)}
	}
	out.Table([]string{"preset", "is"}, rows)
	rows = make([][]any, len(presets.Tables))
	for i, t := range presets.Tables {
		rows[i] = []any{t.Name, fmt.Sprint(t.Regions)}
	}
	out.Printf("\n")
	out.Table([]string{"table", "of the regions"}, rows)
}

func setLinksCommand() *cobra.Command {
	var r faults.Rule
	var lasts time.Duration
	command := &cobra.Command{
		Use:   "set FROM TO",
		Short: "Have links be slow, lossy, or as they are",
		Long: `Have what nodes send to others be slow, lossy, or, with no flag, as it is
without faults. Nodes are names, ports and ranges with commas between, or "all".
The rule takes the place of the one for the same nodes; of several rules for a
link, the one that names it most specially counts alone.

Loss is that of packets, which come later as they are sent again: nothing is
missing, much is late. --drop has whole messages vanish, as on no real link.

With --json, the manager's answer to PUT /network/links.`,
		Example: `  networkmngr links set n0 n1 --both --delay 50ms --jitter 5ms
  networkmngr links set all all --preset 3g --for 1m
  networkmngr links set n5 all --bandwidth 1Mbit/s --loss 1%
  networkmngr links set n4 all --flap 5s/1m --loss-burst 1%,25%
  networkmngr links set n5 all`,
		Args: twoLists, ValidArgsFunction: completeEnds,
	}
	flags := command.Flags()
	for _, f := range linkFlags(&r.Link) {
		flags.Var(f, f.name, f.usage)
	}
	flags.StringVar(&r.Preset, "preset", "", "`name` of a preset; \"links presets\" lists them")
	flags.BoolVar(&r.Both, "both", false, "the same for what comes back")
	flags.DurationVar(&lasts, "for", 0, "`time` after which the rule ends by itself (default no end)")
	_ = command.RegisterFlagCompletionFunc("preset", cobra.FixedCompletions(links.PresetNames(), cobra.ShellCompDirectiveNoFileComp)) // the flag has just been made
	judgeFirst(command, func() (err error) {
		r.Until, err = untilOf(command, lasts)
		return err
	})
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		r.From, r.To = splitNodes(command.Flags().Arg(0)), splitNodes(command.Flags().Arg(1))
		return n.changed(out)(n.client.SetLink(ctx, r))
	})
}

func twoLists(_ *cobra.Command, args []string) error {
	if len(args) != 2 {
		return misuse(fmt.Errorf("%s, want two: nodes that send, and nodes that they send to, such as n0 n1,n2", argumentCount(args)))
	}
	return nil
}

// completeEnds completes lists of nodes, or all.
func completeEnds(command *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) >= 2 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	lists, directive := completeNodes(command, args, word)
	return append(lists, faults.All), directive
}

// linkFlag is a flag for one field of a link.
type linkFlag struct {
	name, usage string
	value       interface {
		encoding.TextUnmarshaler
		String() string
	}
	given bool
}

func (f *linkFlag) Set(text string) error { f.given = true; return f.value.UnmarshalText([]byte(text)) }
func (f *linkFlag) Type() string          { return "value" }
func (f *linkFlag) String() string {
	if f.value == nil || !f.given {
		return ""
	}
	return f.value.String()
}

func linkFlags(l *links.Link) []*linkFlag {
	return []*linkFlag{
		{name: "delay", usage: "`time` under way, one way, such as 50ms", value: &l.Delay},
		{name: "jitter", usage: "`time` by which the delay varies, at most as long", value: &l.Jitter},
		{name: "shape", usage: "`name` of how the delay is spread: uniform, normal or pareto", value: (*word)(&l.Shape)},
		{name: "bandwidth", usage: "`rate`, such as 8Mbit/s", value: &l.Bandwidth},
		{name: "burst", usage: "`size` of what leaves at once after a rest, such as 64kB", value: &l.Burst},
		{name: "loss", usage: "`share` of packets that come late as they are sent again, such as 1%", value: &l.Loss},
		{name: "loss-burst", usage: "`shares` of packets that are lost in bursts, in netem's order, p[,r[,1-h[,1-k]]]: 1%,25% ends a burst after four", value: (*lossBurst)(&l.LossBurst)},
		{name: "flap", usage: "`times` of a silence that comes again and again, such as 5s/1m", value: (*flap)(&l.Flap)},
		{name: "drop", usage: "`share` of messages that vanish, such as 0.1%", value: &l.Drop},
		{name: "cut", usage: "`way` in which nothing comes through: silent or reset", value: (*word)(&l.Cut)},
	}
}

// word is a value that the manager judges.
type word string

func (w *word) UnmarshalText(text []byte) error { *w = word(text); return nil }
func (w *word) String() string                  { return string(*w) }

// flap is how long there is silence, and in how much time once: "5s/1m".
type flap links.Flap

func (f *flap) UnmarshalText(text []byte) error {
	lasts, every, found := strings.Cut(string(text), "/")
	if !found {
		return fmt.Errorf("%.64q, want how long and in how much time, such as 5s/1m", text)
	}
	return errors.Join(f.For.UnmarshalText([]byte(lasts)), f.Every.UnmarshalText([]byte(every)))
}
func (f *flap) String() string { return f.For.String() + "/" + f.Every.String() }

// lossBurst is its shares, in netem's order, of which the last ones may be missing.
type lossBurst links.LossBurst

func (b *lossBurst) shares() []*links.Share { return []*links.Share{&b.P, &b.R, &b.H1, &b.K1} }

func (b *lossBurst) UnmarshalText(text []byte) error {
	given, shares := strings.Split(string(text), ","), b.shares()
	if len(given) > len(shares) {
		return fmt.Errorf("%.64q has %d shares, want at most %d: p,r,1-h,1-k", text, len(given), len(shares))
	}
	for i, share := range given {
		if err := shares[i].UnmarshalText([]byte(share)); err != nil {
			return err
		}
	}
	return nil
}

func (b *lossBurst) String() string {
	var list []string
	for _, share := range b.shares() {
		list = append(list, share.String())
	}
	return strings.Join(list, ",")
}
