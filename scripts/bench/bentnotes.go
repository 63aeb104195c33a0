//go:build linux

package main

const bentNotes = `
- All networks are of real processes, and blocks of ` + "`scripts/measure`" + `'s paced network: a
  node waits for as long as its share of the hash rate would search, and solves the proof
  of work then. What a law says is held within four standard errors.
- *Relay*: two networks at once, in which a block is mined in turn, each first in half of
  the pairs; the mean of the logarithms of the ratios, with its 95 % interval.
- *Frames*: the benchmarks of the package transport, over TCP on loopback; from the call
  that sends until the other side has the frame.
- *Partition*: from the call until its answer, which comes when all nodes have it; healed:
  from the call until the last node, asked one after the other, has the one tip.
- *Mining of 200*: the nodes' processor time while all mine, all that they do counted.
- *Snapshot*: from the call until its answer; loaded: from the command until the first
  node's chain is higher than any in the snapshot.
- *Halves*: they rest for a moment before they are joined, so that what meets is known.
  Depth and nodes of the reorg, and stale blocks, are of the report.
- *Stale*: the report's figures; *selfish*: the blocks that the nodes say they have mined,
  with the standard error from twenty parts of the chain.
`
