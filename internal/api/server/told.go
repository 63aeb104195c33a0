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
// other: one block, or a chain from its genesis on.
type taker func(data json.RawMessage) error

// taker returns nil for a client that may not change the node.
func (s *Server) taker(c *gin.Context) taker {
	if s.config.Guard.Check(c.Request, true) != nil {
		return nil
	}
	return func(data json.RawMessage) error {
		err := s.takeBlocks(data)
		s.log.Debug("told of blocks", "client", c.Request.RemoteAddr, "error", err)
		return err
	}
}

// takeBlocks takes a chain as replaceChain does, one at a time.
func (s *Server) takeBlocks(data json.RawMessage) error {
	s.replacing.Lock()
	defer s.replacing.Unlock()
	var text string
	if err := strictjson.Unmarshal(data, &text); err != nil {
		return err
	}
	var blocks []types.Block
	err := strictjson.Unmarshal([]byte(text), &blocks)
	switch {
	case err != nil:
	case len(blocks) == 1:
		_, err = s.node.AddBlock(blocks[0])
	default:
		_, err = s.node.Replace(blocks)
	}
	return err
}
