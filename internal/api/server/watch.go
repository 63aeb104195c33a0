package server

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpserver"
)

func (s *Server) tip(c *gin.Context) error {
	tip := s.node.Chain.Tip()
	return httpserver.Answer(c, http.StatusOK, api.TipNow{Tip: api.Tip{Index: tip.Height, Hash: tip.ID}, TotalWork: tip.Work.Dec()})
}

// state answers with what the node is like. What happens while it looks may be in
// the state already, and comes as an event after its offset too.
func (s *Server) state(c *gin.Context) error {
	log, blocks := s.node.Events, s.node.Chain
	offset, tip := log.Shown(), blocks.Tip()
	self := state.Node{
		ID: s.node.Self().ID, Account: s.node.Account(), PID: s.config.PID, Address: s.node.Self().Address, State: state.Running, Since: s.started,
		Tip: &events.BlockRef{Hash: tip.ID, Index: tip.Height}, Work: tip.Work.Dec(), Peers: []state.Link{},
		Mempool: s.pending(),
	}
	for _, p := range s.node.Peers() {
		self.Peers = append(self.Peers, state.Link{Peer: p.ID, Outbound: p.Outbound, Since: p.Since})
	}
	return httpserver.Answer(c, http.StatusOK, state.State{
		Stream: log.Stream(), Offset: offset, Network: tip.Params().Name, Genesis: tip.Params().GenesisID,
		Parameters: genesis.Parameters(tip.Params()),
		Nodes:      []state.Node{self}, Blocks: heads(blocks, tip.Height),
	})
}

func (s *Server) pending() state.Mempool {
	_, status := s.node.Pool.Entries(0, 0)
	return state.Mempool{Transactions: status.Count, Bytes: status.Bytes}
}

// heads are those of the last blocks up to a height, as far as headers tell.
func heads(blocks Chain, height uint64) []state.Block {
	list := []state.Block{}
	for ref := range blocks.Snapshot().From(max(height+1, state.LastBlocks)-state.LastBlocks, state.LastBlocks) {
		header, _ := blocks.Header(ref.ID)
		list = append(list, state.Block{
			BlockRef: events.BlockRef{Hash: ref.ID, Index: ref.Height}, Previous: header.Previous,
			Time: time.Unix(int64(header.Time), 0).UTC(), Timestamp: header.Time, Bits: fmt.Sprintf("%08x", header.Bits),
		})
	}
	return list
}
