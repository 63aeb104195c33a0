package node

import (
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counter counts how often each was counted.
type counter struct {
	mu     sync.Mutex // guards counts
	counts map[string]int
}

func (c *counter) add(what string, more int, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if took < 0 {
		what += " too soon"
	}
	c.counts[what] += more
}

func (c *counter) CountBlocks(phase string, blocks int, took time.Duration) {
	c.add(phase, blocks, took)
}
func (c *counter) CountCheck(took time.Duration)  { c.add("check", 1, took) }
func (c *counter) CountCommit(took time.Duration) { c.add("commit", 1, took) }
func (c *counter) CountFailedDial(failure string) { c.add(failure, 1, 0) }

func (c *counter) now() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.counts)
}

// What takes a node time is counted, where it mines and where it follows.
func TestWorkIsCounted(t *testing.T) {
	w := newWorld(t)
	nodes := w.mesh(2)
	var counters []*counter
	for _, n := range nodes {
		c := &counter{counts: make(map[string]int)}
		n.CountWith(c)
		counters = append(counters, c)
	}
	transfers := pay(0, 2)
	nodes[0].submit(transfers...)
	w.awaitPending(transfers, nodes...)
	for range 3 {
		nodes[0].mine(1)
		w.awaitOneTip(nodes...)
	}
	for i, c := range counters {
		w.until(fmt.Sprintf("node %d to have counted", i), func() bool {
			return maps.Equal(map[string]int{"header": 3, "body": 3, "store": 3, "commit": 3, "check": 2}, c.now())
		})
	}
	require.Positive(t, nodes[0].StoreSize())
}

// A dial that fails is counted by what it failed with, address by address.
func TestFailedDialsAreCounted(t *testing.T) {
	w := newWorld(t)
	nodes := w.nodes(2)
	n, gone := nodes[0], nodes[1]
	gone.stop()
	c := &counter{counts: make(map[string]int)}
	n.CountWith(c)
	n.register(gone)
	w.until("a failed dial", func() bool { return c.now()["refused"] > 0 })
}
