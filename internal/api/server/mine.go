package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/core"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/mining"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// Miner is a node's worker.
type Miner interface {
	// Mine mines count blocks in a row, each sent out before the next. Each
	// carries data, compact JSON, or nothing if it is nil.
	Mine(ctx context.Context, count int, data []byte) ([]types.Block, error)
	// MineAside mines on a block, whatever the tip is, count blocks at most, until
	// its branch is the main chain; hashes is how many were tried.
	MineAside(ctx context.Context, from types.Hash, count int, data []byte) (blocks []types.Block, hashes uint64, err error)
	// Mining says how the node mines, and SetMining changes that.
	Mining() (mining.Settings, mining.Achieved)
	SetMining(settings mining.Settings) error
	// Attack is SetMining, and Submit of the payment of its double spend, or neither.
	Attack(settings mining.Settings) error
	// Strategy says what has come of the strategy that it mines by.
	Strategy() core.Strategy
}

// mine answers when all blocks that were asked for are mined.
func (s *Server) mine(c *gin.Context) error {
	data, err := readData(c)
	if err != nil {
		return err
	}
	return s.mineWith(c, data)
}

// readData reads {"data": value}, all of which may be missing, and returns the
// value as a transaction carries it.
func readData(c *gin.Context) ([]byte, error) {
	raw, err := httpserver.Body(c)
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	var input struct {
		Data json.RawMessage `json:"data"`
	}
	if err := strictjson.Unmarshal(raw, &input); err != nil {
		return nil, err
	}
	data, err := types.CompactJSON(input.Data)
	if refused := httpserver.Find(transferRefusals, err); refused != nil {
		return nil, refused // the same as a transfer's data
	}
	return data, err
}

// maxBlocks bounds the blocks of one request to mine.
const maxBlocks = 1000

func (s *Server) mineWith(c *gin.Context, data []byte) error {
	if from := c.Query("from"); from != "" {
		return s.mineAside(c, from, data)
	}
	count, err := httpserver.Number(c, "count", 1, 1, maxBlocks)
	if err != nil {
		return err
	}
	blocks, err := s.node.Mine(c.Request.Context(), int(count), data)
	if err := notMined(blocks, err); err != nil {
		return err
	}
	named := s.readableBlocks(c, blocks)
	last := named[len(named)-1]
	mined := api.Mined{Message: fmt.Sprintf("block %d mined", last.Height()), Block: last, BlockData: last, Names: s.people().inBlocks(blocks...)}
	if count > 1 {
		mined.Message = fmt.Sprintf("%d blocks mined, the last is block %d", len(blocks), last.Height())
		mined.Blocks = named
	}
	return httpserver.AnswerInParts(c, http.StatusOK, mined)
}

// notMined is the error of mining, with the blocks that were mined in spite of it.
func notMined(blocks []types.Block, err error) error {
	if errors.Is(err, mining.ErrOff) {
		err = fmt.Errorf(`%w; PUT /mining {"mode": "demand"}, or networkmngr mining --mode demand, has the node mine when it is asked`, err)
	}
	switch {
	case err != nil && len(blocks) > 0:
		return &httpserver.Partial{Err: err, Blocks: blocks}
	case err == nil && len(blocks) == 0:
		return errors.New("mined no block and gave no error")
	}
	return err
}

// mineAside answers when the branch that was to be mined on a block is the main chain.
func (s *Server) mineAside(c *gin.Context, from string, data []byte) error {
	count, err := httpserver.Number(c, "count", maxBlocks, 1, maxBlocks)
	if err != nil {
		return err
	}
	id, err := s.blockID(from)
	if err != nil {
		return err
	}
	blocks, hashes, err := s.node.MineAside(c.Request.Context(), id, int(count), data)
	if err := notMined(blocks, err); err != nil {
		return err
	}
	named := s.readableBlocks(c, blocks)
	last := named[len(named)-1]
	return httpserver.AnswerInParts(c, http.StatusOK, api.Mined{
		Message: fmt.Sprintf("%d blocks mined aside from block %s; the tip is block %d (%s)", len(blocks), from, last.Height(), last.Hash()),
		Block:   last, BlockData: last, Blocks: named, Hashes: hashes, Names: s.people().inBlocks(blocks...),
	})
}
