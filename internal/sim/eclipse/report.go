package eclipse

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/theory"
)

// Report is what came of a run for each of many seeds.
type Report struct {
	Settings Settings
	Results  []Result // of the seeds from 1 on
}

// Runs plays an attack for the seeds 1 to so many, on all processors.
func Runs(s Settings, seeds int) Report {
	report := Report{Settings: s, Results: make([]Result, seeds)}
	each(seeds, func(i int) {
		run := s
		run.Seed = uint64(i + 1)
		report.Results[i] = Run(run)
	})
	return report
}

// each does something for the numbers below count, so many at once as there are
// processors.
func each(count int, do func(i int)) {
	var running sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i := range count {
		turns <- struct{}{}
		running.Go(func() {
			defer func() { <-turns }()
			do(i)
		})
	}
	running.Wait()
}

// Mean is the mean of something of the results, with the standard error.
func (r Report) Mean(of func(Result) float64) (mean, err float64) {
	var squares float64
	for _, result := range r.Results {
		mean += of(result) / float64(len(r.Results))
	}
	for _, result := range r.Results {
		squares += (of(result) - mean) * (of(result) - mean)
	}
	return mean, math.Sqrt(squares/float64(max(1, len(r.Results)-1))) / math.Sqrt(float64(len(r.Results)))
}

// Count is how many results something holds of, with the interval of 95 % (Wilson) for the
// share of all seeds.
func (r Report) Count(is func(Result) bool) (count int, within theory.Interval) {
	for _, result := range r.Results {
		if is(result) {
			count++
		}
	}
	return count, theory.Wilson(count, len(r.Results))
}

// Tried is the attacker's share of tried at the end of the attack, New that of new.
func Tried(r Result) float64 { return r.Tried[len(r.Tried)-1] }

// New is the attacker's share of new at the end of the attack.
func New(r Result) float64 { return r.New[len(r.New)-1] }

// Links is how many of the victim's own links are the attacker's after the last restart.
func Links(r Result) float64 { return float64(r.Outbound) }

// Captured reports whether all of the victim's own links were the attacker's, after a restart
// or as honest ones had ended.
func Captured(r Result) bool { return r.AllByRestart || r.AllByLinks }

// Header begins a table of reports.
func Header(w io.Writer) error {
	_, err := fmt.Fprint(w, "| attack | honest that answer | defences | seeds | attacker's share of tried | of new | honest and answers, of tried | attacker's of 8 links after the last restart | runs with all links | 95 % | 8 honest links after it leaves, median |\n"+
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	return err
}

// Row is the table's row of a report.
func (r Report) Row(w io.Writer) error {
	tried, triedErr := r.Mean(Tried)
	fresh, freshErr := r.Mean(New)
	sound, _ := r.Mean(func(r Result) float64 { return r.Sound })
	links, linksErr := r.Mean(Links)
	captured, within := r.Count(Captured)
	_, err := fmt.Fprintf(w, "| %s | %.0f %% | %s | %d | %.2f ± %.2f %% | %.1f ± %.1f %% | %.0f %% | %.2f ± %.2f | %d | %.1f to %.1f %% | %s |\n",
		r.Settings.Attack.Name, 100*r.Settings.Live, r.Settings.Defence.Name, len(r.Results), 100*tried, 100*triedErr, 100*fresh, 100*freshErr, 100*sound,
		links, linksErr, captured, 100*within.Low, 100*within.High, r.medianRecovery())
	return err
}

func (r Report) medianRecovery() time.Duration {
	var took []time.Duration
	for _, result := range r.Results {
		took = append(took, result.AllHonest)
	}
	slices.Sort(took)
	return took[len(took)/2].Round(time.Second)
}

// OverTime is the attacker's mean share of tried and of new before each restart.
func (r Report) OverTime(w io.Writer) error {
	for i := range r.Results[0].Tried {
		tried, _ := r.Mean(func(r Result) float64 { return r.Tried[i] })
		fresh, _ := r.Mean(func(r Result) float64 { return r.New[i] })
		at := r.Settings.Duration * time.Duration(i) / time.Duration(r.Settings.Restarts)
		if _, err := fmt.Fprintf(w, "| %s | %.0f h | %.2f %% | %.1f %% |\n", r.Settings.Attack.Name, at.Hours(), 100*tried, 100*fresh); err != nil {
			return err
		}
	}
	return nil
}

// InboundRow is the row of an attack on the inbound places for the seeds 1 to so many: how
// many honest peers have a place at the end, on average and at least, where they were there
// first and where the attackers were.
func InboundRow(w io.Writer, name string, s Inbound, seeds int) error {
	fmt.Fprintf(w, "| %s | %d |", name, seeds)
	for _, first := range []bool{false, true} {
		s.First = first
		honest := make([]int, seeds)
		each(seeds, func(i int) {
			run := s
			run.Seed = uint64(i + 1)
			honest[i] = RunInbound(run)
		})
		sum := 0
		for _, n := range honest {
			sum += n
		}
		fmt.Fprintf(w, " %.1f | %d |", float64(sum)/float64(seeds), slices.Min(honest))
	}
	_, err := fmt.Fprintln(w)
	return err
}
