//go:build linux

package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/shirou/gopsutil/v4/load"
)

// row is the result of one attack.
type row struct {
	name, cost    string
	without, with figures
}

func (r row) markdown() string {
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", r.name, r.cost,
		r.without.times(), r.with.times(), r.without.size(), r.with.size())
}

// times are the middle and the worst of the blocks' times.
func (f figures) times() string {
	if len(f.blocks) == 0 {
		return f.note
	}
	sorted := slices.Sorted(slices.Values(f.blocks))
	text := fmt.Sprintf("%s / %s (%d)", timeText(sorted[len(sorted)/2]), timeText(sorted[len(sorted)-1]), len(sorted))
	if f.note != "" {
		text += "; " + f.note
	}
	return text
}

func timeText(d time.Duration) string {
	if d >= blockLimit {
		return "over " + blockLimit.String()
	}
	return fmt.Sprintf("%.3f s", d.Seconds())
}

func (f figures) size() string { return fmt.Sprintf("%d MiB", f.memory>>20) }

// report is the whole table, with what one must know to read it.
type report struct {
	options options
	date    time.Time
	load    float64 // of the machine before the first attack, over a minute
	rows    []row
}

func newReport(o options) (*report, error) {
	average, err := load.Avg()
	if err != nil {
		return nil, err
	}
	return &report{options: o, date: time.Now(), load: average.Load1}, nil
}

const notes = `
- *A block*: the middle and the worst time, of so many, from when the victim's
  honest peer has sent the whole of it until it is the victim's tip; a block is
  waited for 45 s. Where the victim mines by itself, it is the time of /mine; where
  it is a newcomer, the time until it has the whole chain, or all that is pending.
- *Memory* is the victim's PSS, the highest of what is looked at every 100 ms.
- *Cost* is what the attacker spends in all: links that were made, bytes of
  frames, hashes for proofs of work (as the least of the network: two for each, on
  average), HTTP requests.
- The victim, the miner and the attacker share the machine, and the network is
  loopback. Blocks take two hashes each.
`

func (r *report) markdown() string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Attacks\n\nBy `scripts/attacks/run`, of commit %s, on %s, with %s, %d cores; load before the first %.2f.\n\n",
		r.options.commit, r.date.UTC().Format(time.DateOnly), runtime.Version(), runtime.NumCPU(), r.load)
	out.WriteString("| attack | cost | a block without | a block with | memory without | memory with |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, row := range r.rows {
		out.WriteString(row.markdown())
	}
	out.WriteString(notes)
	return out.String()
}
