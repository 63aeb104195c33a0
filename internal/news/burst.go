package news

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

const (
	// window is how long blocks are counted together.
	window = time.Second
	// usual is how many blocks within a window have lines of their own. What comes beyond
	// is summed up in one line at its end, and as long as so many come, all is.
	usual = 5
)

// burst is the blocks of one window.
type burst struct {
	began           time.Time // zero before the first block
	blocks          int
	usual           int // that may have lines of their own
	sum             int // blocks that had none
	top             uint64
	by              map[string]int // blocks of sum, by miner
	forks           int
	reorgs, deepest int
}

// busy reports whether blocks are summed up.
func (b *burst) busy() bool { return b.blocks > b.usual }

// ends is when there is something to sum up; zero for never.
func (b *burst) ends() time.Time {
	if b.sum == 0 && b.reorgs == 0 {
		return time.Time{}
	}
	return b.began.Add(window)
}

// counted takes a block in, and reports whether it has no line of its own.
func (n *News) counted(known *block, forks bool) bool {
	b := &n.burst
	if b.began.IsZero() {
		*b = burst{began: n.now, usual: usual, by: make(map[string]int)}
	}
	b.blocks++
	if !b.busy() {
		return false
	}
	b.sum++
	b.top = max(b.top, known.index)
	if known.miner != "" {
		b.by[known.miner]++
	}
	if forks {
		b.forks++
	}
	return true
}

// endBurst sums a window up when it is over, or now.
func (n *News) endBurst(now bool) {
	b := n.burst
	if b.began.IsZero() || !now && n.now.Sub(b.began) < window {
		return
	}
	n.burst = burst{}
	switch {
	case b.sum == 1:
		n.say(Usual, "block %d%s", b.top, by(most(b.by)))
	case b.sum > 0:
		n.say(Usual, "%s", b.summedUp())
	}
	if branched := b.branched(); branched != "" {
		n.say(Doubt, "%s", branched)
	}
	if b.blocks > usual && n.now.Sub(b.began) < 2*window {
		n.burst = burst{began: n.now, by: make(map[string]int)} // all that comes is summed up
	}
}

func (b *burst) summedUp() string {
	text := fmt.Sprintf("%s more up to %d", plural(b.sum, "block"), b.top)
	if first := most(b.by); first != "" {
		text += fmt.Sprintf(", most by %s: %d", first, b.by[first])
	}
	return text
}

// most is who has most; empty if nobody has any.
func most(by map[string]int) (first string) {
	for name, count := range by {
		if first == "" || cmp.Or(by[first]-count, len(name)-len(first), cmp.Compare(name, first)) < 0 {
			first = name
		}
	}
	return first
}

// branched sums up forks and reorgs; it is empty if there were none.
func (b *burst) branched() string {
	var parts []string
	if b.forks > 0 {
		parts = append(parts, plural(b.forks, "fork"))
	}
	if b.reorgs > 0 {
		parts = append(parts, plural(b.reorgs, "reorg"), "the deepest of "+plural(b.deepest, "block"))
	}
	return strings.Join(parts, ", ")
}
