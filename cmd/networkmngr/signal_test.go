package main_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ends are the ways in which a person or a service manager ends a program:
// Ctrl-C, which reaches the whole group, kill, and a terminal that closes.
var ends = []struct {
	name string
	end  func(*network)
}{
	{"Ctrl-C", func(n *network) { n.signalGroup(syscall.SIGINT) }},
	{"SIGTERM", func(n *network) { n.signal(syscall.SIGTERM) }},
	{"SIGHUP", func(n *network) { n.signalGroup(syscall.SIGHUP) }},
}

func TestSignalsWhileMining(t *testing.T) {
	t.Parallel()
	for _, c := range ends {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			n := w.launch(3, "--genesis", w.lightGenesis("light")).awaitReady()
			mineOn(n)
			c.end(n)
			n.requireCleanEnd()
		})
	}
}

// mineOn has the network mine until its end, and waits for a first block.
func mineOn(n *network) {
	get[struct{}](n.t, n.port, "/start/mining?mode=race&continuous=true")
	eventually(n.t, func() bool {
		return get[chainForm](n.t, n.ports[0], "/chain?limit=1").Length > 1
	}, "nobody mines")
}

// A network that nobody can find a block in: the end waits for no proof of
// work, and the request that does is answered.
func TestEndDuringALongSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(2, "--genesis", w.endlessGenesis()).awaitReady()
	answers := make(chan error)
	go func() {
		_, err := try[reportForm]("GET", n.port, "/start/mining?mode=race", nil)
		answers <- err
	}()
	n.awaitLog("mining started")
	n.signal(syscall.SIGTERM)
	n.requireCleanEnd()
	require.NoError(t, <-answers)
}

// The moment at which the end is asked for is anywhere from before the first
// node runs until all stand.
func TestSignalsDuringTheStart(t *testing.T) {
	t.Parallel()
	r, whole := newRand(t), startTime(t, 4)
	for range *rounds {
		for _, c := range ends {
			wait := upTo(r, whole)
			t.Run(c.name, func(t *testing.T) {
				n := newWorld(t).launch(4)
				n.awaitLogFile()
				timer := time.AfterFunc(wait, func() { c.end(n) })
				defer timer.Stop()
				n.requireCleanEnd()
			})
		}
	}
}

// startTime measures how long a network takes from its first sign of life
// until it stands.
func startTime(t *testing.T, amount int) time.Duration {
	n := newWorld(t).launch(amount)
	n.awaitLogFile()
	began := time.Now()
	n.awaitReady()
	took := time.Since(began)
	n.stop()
	return took
}
