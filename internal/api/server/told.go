package server

import (
	"encoding/json"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// maxTold is how long a message with blocks may be, in bytes. A longer chain comes by
// POST /chain/replace.
const maxTold = 4 << 20

// taker takes the data of an answer to a query, which a tutorial's peers send each
// other: one block, or a chain from its genesis on. Nobody waits for what became of it.
type taker func(data json.RawMessage)

// taker returns nil for a client that may not change the node.
func (s *Server) taker(c *gin.Context) taker {
	if s.config.Guard.Check(c.Request, true) != nil {
		return nil
	}
	log := s.log.With("client", c.Request.RemoteAddr)
	return func(data json.RawMessage) {
		if err := s.takeBlocks(data); err != nil {
			log.Debug("refused the blocks of a listener", "error", err)
			return
		}
		log.Debug("took the blocks of a listener")
	}
}

// takeBlocks takes a block as newBlock does, and a chain as replaceChain does.
func (s *Server) takeBlocks(data json.RawMessage) error {
	var text string
	if err := strictjson.Unmarshal(data, &text); err != nil {
		return err
	}
	var blocks []types.Block
	if err := strictjson.Unmarshal([]byte(text), &blocks); err != nil {
		return err
	}
	if len(blocks) == 1 {
		_, err := s.node.AddBlock(blocks[0])
		return err
	}
	if !s.replacing.TryLock() { // to wait would keep the listener's pongs from being read
		return errReplacing
	}
	defer s.replacing.Unlock()
	_, err := s.node.Replace(blocks)
	return err
}
