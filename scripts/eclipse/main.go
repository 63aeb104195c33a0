// Command eclipse plays attacks on the links of one node for many seeds, with all defences
// and with each of them off in turn, and prints tables; see internal/sim/eclipse.
//
//	go run ./scripts/eclipse                    # what RESULTS.md has; an hour of one processor
//	go run ./scripts/eclipse -part attacks -seeds 200
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"networkmngr/internal/sim/eclipse"
)

func main() {
	part := flag.String("part", "all", "attacks, ablation, inbound or all")
	seeds := flag.Int("seeds", 200, "of the attacks on all defences")
	ablation := flag.Int("ablation-seeds", 30, "of each defence that is off, and of attacks on inbound places")
	flag.Parse()
	if err := run(os.Stdout, *part, *seeds, *ablation); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(w io.Writer, part string, seeds, ablation int) error {
	if seeds < 1 || ablation < 1 {
		return fmt.Errorf("%d and %d seeds: want at least 1", seeds, ablation)
	}
	parts := map[string]func() error{
		"inbound":  func() error { return inbound(w, ablation) },
		"attacks":  func() error { return attacks(w, seeds) },
		"ablation": func() error { return ablations(w, ablation) },
	}
	if part != "all" {
		play, known := parts[part]
		if !known {
			return fmt.Errorf("part %q: want attacks, ablation, inbound or all", part)
		}
		return play()
	}
	for _, name := range []string{"inbound", "attacks", "ablation"} {
		if err := parts[name](); err != nil {
			return err
		}
	}
	return nil
}

func attacks(w io.Writer, seeds int) error {
	var reports []eclipse.Report
	if err := eclipse.Header(w); err != nil {
		return err
	}
	for _, attack := range []eclipse.Attack{eclipse.Botnet, eclipse.Networks} {
		report := eclipse.Runs(eclipse.Default(attack, eclipse.All[0]), seeds)
		if err := report.Row(w); err != nil {
			return err
		}
		reports = append(reports, report)
	}
	fmt.Fprint(w, "\n| attack | after | attacker's share of tried | of new |\n| --- | --- | --- | --- |\n")
	for _, report := range reports {
		if err := report.OverTime(w); err != nil {
			return err
		}
	}
	return nil
}

// stale is the share of the victim's addresses that answer, where most have gone, as
// Heilman et al. found it with real nodes (72 to 95 % had).
const stale = 0.28

func ablations(w io.Writer, seeds int) error {
	if err := eclipse.Header(w); err != nil {
		return err
	}
	for _, attack := range []eclipse.Attack{eclipse.Botnet, eclipse.Networks, eclipse.FewNetworks, eclipse.Inventor} {
		for _, defence := range eclipse.All {
			if !matters(attack, defence) {
				continue
			}
			settings := eclipse.Default(attack, defence)
			settings.Live = stale
			if err := eclipse.Runs(settings, seeds).Row(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// matters leaves out what an attack with few groups has nothing to do with.
func matters(attack eclipse.Attack, defence eclipse.Defence) bool {
	switch defence.Name {
	case eclipse.All[0].Name, "no buckets by group":
		return true
	case "links to one group":
		return attack.Groups > 1
	case "no share of a source":
		return attack.Invented > 0 || attack.Groups > 4
	default:
		return attack.Groups > 4
	}
}

func inbound(w io.Writer, seeds int) error {
	fmt.Fprint(w, "| protections | seeds | honest of 64 that were there first, mean | least | that came after 64 attackers, mean | least |\n| --- | --- | --- | --- | --- | --- |\n")
	names, settings := eclipse.InboundDefences()
	for i, name := range names {
		if err := eclipse.InboundRow(w, name, settings[i], seeds); err != nil {
			return err
		}
	}
	fmt.Fprintln(w)
	return nil
}
