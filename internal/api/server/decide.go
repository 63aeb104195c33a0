package server

import (
	"fmt"
	"net/http"

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
	return s.decide(c, id, s.node.Invalidate, "block %d (%s) is invalidated on this node, with all that follows on it")
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
	return s.decide(c, id, s.node.Reconsider, "block %d (%s) is not invalidated on this node")
}

// decide does what was decided about a block, and says what that has come to in words
// with the block's height and hash.
func (s *Server) decide(c *gin.Context, id types.Hash, do func(types.Hash) (chain.Change, error), words string) error {
	change, err := do(id)
	if err != nil {
		return err
	}
	h, _ := s.node.Chain.Header(id)
	answer := api.Decided{
		Changed: changed(change.Moved, change.Tip, uint64(change.Reverted)),
		Block:   api.Tip{Index: h.Height, Hash: id}, Invalidated: h.ByHand,
	}
	answer.Message = fmt.Sprintf(words, h.Height, id) + tipNow(change)
	return httpserver.Answer(c, http.StatusOK, answer)
}

func tipNow(change chain.Change) string {
	text := "; the tip is still block %d (%s)"
	if change.Moved {
		text = "; the tip is now block %d (%s)"
	}
	return fmt.Sprintf(text, change.Tip.Height, change.Tip.ID)
}
