package server

import (
	"maps"
	"slices"
	"strings"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/metrics"
	"networkmngr/internal/transport"
)

// openMetrics begins to count what happens.
func (s *Server) openMetrics() {
	labels := metrics.Labels{
		Genesis:  s.node.Chain.Genesis().Params.GenesisID.String(),
		Messages: slices.Sorted(maps.Keys(s.node.Traffic().Sent)), Failures: transport.Failures(),
	}
	_, labels.Version, _ = strings.Cut(s.config.Software, "/")
	for _, phase := range chain.Phases() {
		labels.Phases = append(labels.Phases, string(phase))
	}
	s.metrics = metrics.NewNode(labels, s.now)
	s.node.Events.Observe(s.metrics.Count)
	s.node.CountWith(s.metrics)
}

// now is what the node is like.
func (s *Server) now() metrics.NodeNow {
	tip, pool := s.node.Chain.Tip(), s.pending()
	target, _ := consensus.TargetFromBits(tip.NextBits())
	difficulty := consensus.WorkOf(target)
	settings, achieved := s.node.Mining()
	traffic := s.node.Traffic()
	now := metrics.NodeNow{
		Height: tip.Height, TipTime: tip.Time(), Difficulty: difficulty.Float64(), Tips: make(map[string]int),
		Sent: flows(traffic.Sent), Received: flows(traffic.Received), Queued: traffic.Queued,
		StoreBytes:   s.node.StoreSize(),
		Transactions: pool.Transactions, Bytes: pool.Bytes,
		Hashes: achieved.Hashes, Blocks: achieved.Blocks, Searching: achieved.Searching, Solver: achieved.Solver, Wanted: settings.Hashrate,
		Offset: s.config.Clock.Offset(), Problems: len(s.node.Problems()), Readers: s.feed.Readers(),
	}
	for _, t := range s.node.Tips() {
		now.Tips[string(t.Status)]++
	}
	for _, p := range s.node.Peers() {
		if p.Outbound {
			now.Outbound++
		} else {
			now.Inbound++
		}
	}
	return now
}

func flows(of map[string]transport.Flow) map[string]metrics.Flow {
	flows := make(map[string]metrics.Flow, len(of))
	for kind, flow := range of {
		flows[kind] = metrics.Flow{Messages: flow.Frames, Bytes: flow.Bytes}
	}
	return flows
}
