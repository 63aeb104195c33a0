//go:build linux

package main

import (
	"fmt"
	"slices"
)

// row is one line of the table. Its figures are one number, or two that belong
// together, such as p50 and p99.
type row struct {
	what   string
	format string // of the figures, as fmt takes it
	ours   []float64
	target []float64
	more   bool      // more is better
	plain  []float64 // the same with plain means; nil where there are none
	by     string    // what the plain means are
	peers  string    // what comparable programs need, as measured earlier
}

// met reports whether every figure reaches its target.
func (r row) met() bool {
	for i := range r.ours {
		if r.more && r.ours[i] < r.target[i] || !r.more && r.ours[i] > r.target[i] {
			return false
		}
	}
	return true
}

// text writes figures, or a dash for none.
func (r row) text(figures []float64) string {
	if figures == nil {
		return "–"
	}
	list := make([]any, len(figures))
	for i, f := range figures {
		list[i] = f
	}
	return fmt.Sprintf(r.format, list...)
}

func (r row) markdown() string {
	sign := "✓"
	if !r.met() {
		sign = "✗ misses"
	}
	plain := r.text(r.plain)
	if r.by != "" {
		plain += " (" + r.by + ")"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s |\n", r.what, r.text(r.ours), r.text(r.target), sign, plain, r.peers)
}

// markdown is some rows of the table.
func markdown(rows []row) (text string) {
	for _, r := range rows {
		text += r.markdown()
	}
	return text
}

const notes = `
- *Plain* is the same work done with plain means on the same machine in the same
  run; *peers* were measured earlier, on a machine of the same kind.
- *Connected* means that every node's ` + "`/peers`" + ` lists all five others, or six at
  least of the hundred. The time runs from the start of the command, and what the
  observer's own requests take is part of it.
- *Idle*: twenty nodes of the dev network, connected, with nothing to do; PSS is
  each page's share, the median of the nodes; processor time is the kernel's
  clock of all of them over the whole window, which counts nanoseconds.
- *Relay*: nodes mine in turn. A tip is seen by the node's line in its log, of
  which the kernel tells (inotify), so that nothing asks the nodes while they
  work; that adds up to about 0.1 ms. Every block is in the miner's file before
  it is announced.
- *About six random peers*: each node seeks three, and as many have sought it. *A full
  block*: 4,000 transfers with 100 letters each, posted to one node and relayed to all
  before the mining call; what a link carries is counted by one of its ends, both ways,
  from before the call until the block is the tip everywhere.
- *A row of blocks*: from the request until its whole answer, all blocks in JSON,
  has come. *Catching up*: from when the fresh node is told of the other, which
  is told of it too, until its tip is the other's; looked at every 2 ms.
- *Double SHA-256*: real headers until a nonce is found, on one thread, by
  that thread's clock; the hashes are the nonces that were tried.
- *Transfers*: between 1,000 accounts, each signed; timed like the other row that
  catches up, and checked in full by the fresh node.
- *POST*: 10,400 transfers of 104 senders, from the first request until the last
  answer; every one of them is pending then.
- *A million accounts*: one request after the other, for accounts anywhere in the
  store.
- *Readers of all events*: ` + "`networkmngr load --mine`" + ` offers more than two cores take
  while six nodes race, and reports what they took; with readers and without in turn.
- *Messages about addresses*: what the nodes' metrics count as sent of ` + "`addresses`" + ` and
  ` + "`get-addresses`" + `, once each has its peers; the target is 60,000 at 500 nodes.
- *One network*: the nodes reach each other by the links that their ` + "`/peers`" + ` list; all
  of them are asked in turn, which is part of the time.
- *Small GET*: ` + "`/blockchain`" + ` over kept connections, from a client that does next
  to nothing besides, on the same two cores as the server.
`

func median(figures []float64) float64 { return percentile(figures, 50) }

// percentile is the lowest figure that so many in a hundred do not exceed.
func percentile(figures []float64, hundredths int) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	return sorted[max(0, (len(sorted)*hundredths+99)/100-1)]
}
