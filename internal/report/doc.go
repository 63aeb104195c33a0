// Package report is a run's story on paper, told from the events of its stream: who
// mined what, the blocks that went stale, how long blocks took and how they spread,
// each reorg, and what is not known. It is pure: events are folded into numbers, a
// [Report], and the numbers are written as HTML, JSON or CSV.
package report

import "networkmngr/internal/events"

// What is kept of a long run.
const (
	maxHeads     = 50_000 // last blocks that are told of
	maxFollowed  = 5_000  // last blocks whose arrival at each node is kept
	maxLives     = 5_000  // of nodes
	maxStretches = 20_000 // of mining
	maxForks     = 5_000  // that reorgs ended
	maxFaults    = 1_000  // kinds of things that went wrong
	maxNodes     = 2_000
)

// Types are the events that a [Fold] takes in; it passes over others.
var Types = []events.Type{
	events.NodeUp{}.Type(), events.NodeDown{}.Type(), events.NodePaused{}.Type(), events.NodeResumed{}.Type(),
	events.NodeSilent{}.Type(), events.NodeAnswering{}.Type(), events.PeerBanned{}.Type(),
	events.BlockMined{}.Type(), events.BlockReceived{}.Type(), events.BlockConnected{}.Type(),
	events.BlockRefused{}.Type(), events.TipMoved{}.Type(), events.Reorg{}.Type(),
	events.MiningStarted{}.Type(), events.MiningChanged{}.Type(), events.MiningStopped{}.Type(),
	events.TransactionSubmitted{}.Type(), events.NetworkUp{}.Type(), events.NetworkDown{}.Type(),
	events.NetworkChanged{}.Type(), events.FaultsChanged{}.Type(), events.Notice{}.Type(), events.MachineChanged{}.Type(), events.Gap{}.Type(),
}
