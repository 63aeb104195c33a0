package server

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
)

// invalidate takes a block off the main chain by hand, with all that follows.
func (s *Server) invalidate(c *gin.Context) error {
	id, err := s.blockID(c.Param("id"))
	if err != nil {
		return err
	}
	change, err := s.node.Invalidate(id)
	if err != nil {
		return err
	}
	answer := s.decided(id, change, change.Update.Invalidated)
	answer.Message = fmt.Sprintf("block %d (%s) is invalidated on this node, with all that follows on it", answer.Block.Index, id) + tipNow(change)
	return httpserver.Answer(c, http.StatusOK, answer)
}

// reconsider takes that back. What has followed on the block since is known by its headers
// alone, which /chain/tips shows: that stands for the last block before it.
func (s *Server) reconsider(c *gin.Context) error {
	id, err := s.blockID(c.Param("id"))
	if err != nil {
		return err
	}
	if last, known := s.node.LastStored(id); known {
		id = last.ID
	}
	change, err := s.node.Reconsider(id)
	if err != nil {
		return err
	}
	answer := s.decided(id, change, change.Update.Reconsidered)
	answer.Message = reconsideredWords(answer) + tipNow(change)
	return httpserver.Answer(c, http.StatusOK, answer)
}

func reconsideredWords(d api.Decided) string {
	if len(d.Decisions) == 0 {
		return fmt.Sprintf("nothing to take back: neither block %d (%s) nor one before or after it on its branch was invalidated on this node",
			d.Block.Index, d.Block.Hash)
	}
	var blocks []string
	for _, b := range d.Decisions {
		blocks = append(blocks, fmt.Sprintf("block %d (%s)", b.Index, b.Hash))
	}
	return strings.Join(blocks, ", ") + ": not invalidated on this node any more"
}

// decided is what a decision about a block has come to; the answer lacks its message.
func (s *Server) decided(id types.Hash, change chain.Change, decisions []types.Hash) api.Decided {
	h, _ := s.node.Chain.Header(id)
	answer := api.Decided{
		Changed: changed(change.Moved, change.Tip, uint64(change.Reverted)),
		Block:   api.Tip{Index: h.Height, Hash: id}, Invalidated: h.ByHand,
		Decisions: []api.Tip{}, Applied: len(change.Update.Applied),
	}
	for _, one := range decisions {
		h, _ := s.node.Chain.Header(one)
		answer.Decisions = append(answer.Decisions, api.Tip{Index: h.Height, Hash: one})
	}
	return answer
}

func tipNow(change chain.Change) string {
	text := "; the tip is still block %d (%s)"
	if change.Moved {
		text = "; the tip is now block %d (%s)"
	}
	return fmt.Sprintf(text, change.Tip.Height, change.Tip.ID)
}
