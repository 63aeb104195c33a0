package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/core"
	"networkmngr/internal/events"
	"networkmngr/internal/node"
)

func TestMetrics(t *testing.T) {
	h := start(t, func(h *harness) {
		h.node.peers = []node.Peer{{Peer: core.Peer{Outbound: true}}, {}, {}}
		h.node.problems = []string{"the disk is full"}
		h.node.events.Tell(events.Reorg{Depth: 3}) // before there is a server
	})
	h.extend(2)
	h.get("/blocks/1")
	h.get("/nothing")
	h.send("BREW", "/tip", nil)
	h.node.events.Tell(events.PeerBanned{})
	h.node.events.Tell(events.Mempool{Accepted: 4, Refused: 2, Parked: 3})
	h.node.events.Tell(events.Mempool{Accepted: 1, Parked: 1})
	h.node.counter.CountBlocks(string(chain.StorePhase), 2, time.Second)
	h.node.counter.CountFailedDial("refused")
	got := h.get("/metrics")
	require.Equal(t, http.StatusOK, got.status)
	require.True(t, strings.HasPrefix(got.header.Get("Content-Type"), "text/plain; version=0.0.4"))
	for _, line := range []string{
		"chain_height 2", `chain_tips{status="active"} 1`, `chain_tips{status="invalid"} 0`, "chain_reorgs_total 1", "chain_reorg_depth_blocks_sum 3",
		`p2p_peers{direction="inbound"} 2`, `p2p_peers{direction="outbound"} 1`, "p2p_bans_total 1",
		`p2p_sent_bytes_total{message="ping"} 13`, `p2p_sent_bytes_total{message="pong"} 0`, `p2p_received_bytes_total{message="pong"} 168`,
		`p2p_messages_total{direction="sent",message="ping"} 1`, `p2p_messages_total{direction="received",message="pong"} 2`,
		"p2p_queue_bytes 3", "problems 1", "store_bytes 4096",
		`chain_block_validation_seconds_count{phase="store"} 2`, `chain_block_validation_seconds_count{phase="header"} 0`,
		`p2p_dials_failed_total{reason="refused"} 1`, `p2p_dials_failed_total{reason="full"} 0`,
		`http_request_duration_seconds_count{code="200",method="GET",route="/blocks/:id"} 1`,
		"mempool_accepted_total 5", "mempool_refused_total 2", "mempool_parked_transactions 1",
		`events_total{type="reorg"} 1`, `miner_active{solver="cpu"} 1`,
		`http_requests_total{code="200",method="GET",route="/blocks/:id"} 1`,
		`http_requests_total{code="404",method="other",route="other"} 1`,
		`http_requests_total{code="405",method="other",route="other"} 1`,
		fmt.Sprintf("chain_tip_timestamp_seconds %v", float64(h.node.chain.Tip().Time())),
	} {
		require.Contains(t, got.body, "\nnetworkmngr_"+line+"\n")
	}
	require.Contains(t, got.body, "\ngo_goroutines ")
	require.NotContains(t, got.body, h.node.self.ID.String(), "no label is a node")
}

// Prometheus asks for another form when it wants native histograms.
func TestMetricsAsProtobuf(t *testing.T) {
	h := start(t)
	got := h.send(http.MethodGet, "/metrics", nil, "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	require.Equal(t, http.StatusOK, got.status)
	require.Contains(t, got.header.Get("Content-Type"), "application/vnd.google.protobuf")
}
