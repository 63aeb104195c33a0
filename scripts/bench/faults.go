//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/links"
	"networkmngr/internal/theory"
)

// faultsCost relays blocks in two meshes of six in turn, and compares the times: without
// faults in one, and in the other with a program that has no faults of links or, without
// that, with links of 100 Gbit/s, so that the model of a link takes every frame.
func faultsCost(ctx context.Context, b *bench) (found []bentRow, err error) {
	other, name := *b, "a program without faults of links"
	if b.before == "" {
		name = "none: with links of 100 Gbit/s instead, the cost of the model"
	} else {
		other.binary = b.before
	}
	ratios, err := relayPairs(ctx, b, &other)
	if err != nil {
		return nil, err
	}
	mean, within := theory.MeanInterval(ratios) // of logarithms
	if b.before == "" {
		mean, within.Low, within.High = -mean, -within.High, -within.Low
	}
	more := func(log float64) float64 { return 100 * math.Expm1(log) }
	return []bentRow{{
		what:     "relay in a mesh of six, cost of the layer of faults",
		measured: fmt.Sprintf("%+.1f %% (%+.1f to %+.1f, %d pairs)", more(mean), more(within.Low), more(within.High), len(ratios)),
		wanted:   "under 2 %", holds: more(mean) < 2, besides: "compared with " + name,
	}}, nil
}

// relayPairs mines a block in each of two networks in turn, and returns the logarithms of
// how the first one's times are to the other's.
func relayPairs(ctx context.Context, one, other *bench) (logs []float64, err error) {
	var meshes [2]*mesh
	for i, b := range []*bench{one, other} {
		made, err := b.startMesh(ctx)
		if err != nil {
			return nil, err
		}
		defer made.stop()
		meshes[i] = made
	}
	if one.before == "" {
		if err := meshes[1].setRates(ctx); err != nil {
			return nil, err
		}
	}
	for pair := range one.repeat.bend.pairs + warmUp {
		var took [2]time.Duration
		for turn := range 2 {
			m := (pair + turn) % 2 // each is the first in half of the pairs
			if took[m], err = relayOne(ctx, meshes[m].network, meshes[m].tips, pair%len(meshes[m].nodes)); err != nil {
				return nil, err
			}
		}
		if pair >= warmUp {
			logs = append(logs, math.Log(took[0].Seconds()/took[1].Seconds()))
		}
	}
	return logs, nil
}

// mesh is a network of six, and what sees its tips.
type mesh struct {
	*network
	tips *tipWatch
}

func (b *bench) startMesh(ctx context.Context) (*mesh, error) {
	const nodes = 6
	n, err := b.startEasy(ctx, nodes)
	if err != nil {
		return nil, err
	}
	tips, err := watchTips(n)
	if err != nil {
		return nil, errors.Join(err, n.stop())
	}
	return &mesh{n, tips}, nil
}

func (m *mesh) stop() { _ = errors.Join(m.tips.close(), m.network.stop()) }

// setRates gives every link a rate that no frame waits for.
func (m *mesh) setRates(ctx context.Context) error {
	all := faults.Nodes{faults.All}
	_, err := m.manager().SetLink(ctx, faults.Rule{From: all, To: all, Link: links.Link{Bandwidth: 100e9}})
	return err
}

// faultsAchieved has frames go over links with a delay or a rate, and says how far off they
// are: what the benchmarks of the package transport measure.
func faultsAchieved(ctx context.Context, b *bench) (found []bentRow, err error) {
	if b.frames == "" {
		return nil, errors.New("--frames names no built tests of the package transport")
	}
	command := exec.CommandContext(ctx, b.frames, "-test.run=^$", "-test.bench=Achieved", "-test.benchtime="+b.repeat.bend.frames)
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", command, err)
	}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		if f, ok := achieved(lines.Text()); ok {
			found = append(found, f)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s printed no figures: %s", command, out)
	}
	return found, nil
}

var benchmarked = regexp.MustCompile(`^BenchmarkAchieved(Delay|Rate)/(\S+?)(?:-\d+)?\s+(\d+)\s`)

// achieved reads a line that a benchmark prints.
func achieved(line string) (f bentRow, ok bool) {
	const wanted = 3.0 // per cent
	head := benchmarked.FindStringSubmatch(line)
	if head == nil {
		return f, false
	}
	f = bentRow{what: "frames on a link of " + strings.ReplaceAll(head[2], "_", " ") + ": off", besides: "iterations: " + head[3]}
	if head[1] == "Rate" {
		off := metric(line, "%-off")
		f.measured, f.wanted, f.holds = fmt.Sprintf("%+.2f %%", off), "3 %", math.Abs(off) <= wanted
		return f, true
	}
	late, share := metric(line, "ms-late"), metric(line, "%-late")
	f.measured = fmt.Sprintf("%+.2f ms, %+.2f %%, at most %.2f ms", late, share, metric(line, "ms-late-at-most"))
	f.wanted, f.holds = "3 % or 1 ms on average", math.Abs(share) <= wanted || math.Abs(late) <= 1
	return f, true
}

// metric is the figure before a unit in a line; not a number if it is not there.
func metric(line, unit string) float64 {
	fields := strings.Fields(line)
	for i := range fields[1:] {
		if value, err := strconv.ParseFloat(fields[i], 64); err == nil && fields[i+1] == unit {
			return value
		}
	}
	return math.NaN()
}

// partitionHundred times what it takes to cut a hundred nodes in two, and to join them.
func partitionHundred(ctx context.Context, b *bench) (found []bentRow, err error) {
	const nodes, peers = 100, 6
	n, err := b.startPaced(ctx, nodes, peers, "--peers-out=6")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	began := time.Now()
	cut, err := n.manager().Partition(ctx, n.middle())
	applied := time.Since(began)
	if err != nil {
		return nil, err
	}
	for i, blocks := range map[int]int{0: 3, nodes - 1: 2} { // the first half has more
		if _, err := n.nodes[i].Mine(ctx, blocks); err != nil {
			return nil, err
		}
	}
	began = time.Now()
	if _, err := n.manager().Heal(ctx, api.Heal{}); err != nil {
		return nil, err
	}
	if _, err := n.agree(ctx); err != nil {
		return nil, err
	}
	joined := time.Since(began)
	return []bentRow{{
		what: "partition of 100 nodes, applied", measured: fmt.Sprintf("%.0f ms", milliseconds(applied)), wanted: "200 ms",
		holds:   milliseconds(applied) <= 200 && len(cut.Pending) == 0,
		besides: fmt.Sprintf("%d nodes say that they have it", len(cut.Applied)),
	}, {
		what: "healed, until all have one tip", measured: fmt.Sprintf("%.2f s", joined.Seconds()), wanted: "5 s",
		holds: joined <= 5*time.Second,
	}}, nil
}
