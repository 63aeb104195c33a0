package server

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// maxTold is how long a message with blocks may be, in bytes. A longer chain comes by
// POST /chain/replace.
const maxTold = 4 << 20

// taker takes the blocks of an answer to a query, which a tutorial's peers send each
// other: one block, or a chain from its genesis on. Nobody waits for what became of it.
type taker func(blocks []types.Block)

// taker returns nil for a client that may not change the node.
func (s *Server) taker(c *gin.Context) taker {
	if s.config.Guard.Check(c.Request, true) != nil {
		return nil
	}
	log := s.log.With("client", c.Request.RemoteAddr)
	return func(blocks []types.Block) {
		if err := s.takeBlocks(blocks); err != nil {
			log.Debug("refused the blocks of a listener", "error", err)
			return
		}
		log.Debug("took the blocks of a listener")
	}
}

// blocksOf reads the data of an answer to a query.
func blocksOf(data json.RawMessage) (blocks []types.Block, err error) {
	var text string
	if len(data) == 0 {
		return nil, errors.New("data is missing, want a string with the JSON text of a list of blocks")
	}
	if err := strictjson.Unmarshal(data, &text); err != nil {
		return nil, fmt.Errorf("data: want a string with the JSON text of a list of blocks: %w", err)
	}
	if err := strictjson.Unmarshal([]byte(text), &blocks); err != nil {
		return nil, fmt.Errorf("data: want the JSON text of a list of blocks: %w", err)
	}
	if len(blocks) == 0 {
		return nil, errors.New("data has no block")
	}
	return blocks, nil
}

// takeBlocks takes a block as newBlock does, and a chain as replaceChain does.
func (s *Server) takeBlocks(blocks []types.Block) error {
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
