package server

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// Chain is the blocks that a node knows; see [chain.Chain] for each method.
type Chain interface {
	Genesis() *consensus.Genesis
	Tip() consensus.State
	Snapshot() chain.Snapshot
	IDAt(height uint64) (types.Hash, bool)
	Header(id types.Hash) (chain.Header, bool)
	Beginning(digits string, limit int) []chain.Ref
	Block(id types.Hash) (types.Block, error)
	Validate(ctx context.Context) (chain.Validation, error)
	UpdatesSince(id types.Hash) (chain.Updates, consensus.State, error)
	Moved() <-chan struct{}
}

// Writer changes what a node stores.
type Writer interface {
	// Resolve asks the peers for their tips and catches up.
	Resolve(ctx context.Context) (chain.Change, error)
	AddBlock(block types.Block) (chain.Change, error)
	// Replace takes a chain, genesis first, if it is better; see
	// [chain.Chain.Replace].
	Replace(blocks []types.Block) (chain.Change, error)
	// Submit takes a transfer to be mined and relayed.
	Submit(t types.Transaction) error
}

// chain streams the main chain, or a part of it, as it is at the start.
func (s *Server) chain(c *gin.Context) error {
	from, err := httpserver.Number(c, "from", 0, 0, math.MaxUint64)
	if err != nil {
		return err
	}
	limit, err := httpserver.Number(c, "limit", math.MaxInt, 1, math.MaxInt)
	if err != nil {
		return err
	}
	now := s.node.Chain.Snapshot()
	head := fmt.Sprintf(`{"length":%d,"chain":[`, now.Tip.Height+1)
	return s.stream(c, head, now.From(from, int(limit)), "]}\n")
}

// blocks streams a page of the main chain, the highest block first.
func (s *Server) blocks(c *gin.Context) error {
	from, err := httpserver.Number(c, "from", math.MaxUint64, 0, math.MaxUint64)
	if err != nil {
		return err
	}
	limit, err := rowLimit(c)
	if err != nil {
		return err
	}
	now := s.node.Chain.Snapshot()
	above := min(now.Tip.Height, from) + 1
	lowest := above - min(above, uint64(limit))
	next := "null"
	if lowest > 0 {
		next = strconv.FormatUint(lowest-1, 10)
	}
	refs := slices.Collect(now.From(lowest, int(above-lowest)))
	slices.Reverse(refs)
	head := fmt.Sprintf(`{"length":%d,"next":%s,"blocks":[`, now.Tip.Height+1, next)
	return s.stream(c, head, slices.Values(refs), "]}\n")
}

// stream answers with blocks between head and tail. One block at a time is in
// memory.
func (s *Server) stream(c *gin.Context, head string, refs iter.Seq[chain.Ref], tail string) error {
	const part = 64 << 10
	out := bufio.NewWriterSize(httpserver.TimedWriter{Context: c}, part)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	c.Header("Content-Type", "application/json; charset=utf-8")
	names := s.readable(c)
	separator := head
	for ref := range refs {
		if err := c.Request.Context().Err(); err != nil {
			return err
		}
		block, err := s.node.Chain.Block(ref.ID)
		if err != nil {
			return fmt.Errorf("%w: block %d: %w", chain.ErrStore, ref.Height, err)
		}
		if _, err := out.WriteString(separator); err != nil {
			return err
		}
		if err := enc.Encode(types.NamedBlock{Block: block, Names: names}); err != nil {
			return err
		}
		separator = ","
	}
	if separator == head { // no block came
		tail = head + tail
	}
	if _, err := out.WriteString(tail); err != nil {
		return err
	}
	return out.Flush()
}

// block answers with the block of this hash, of whatever branch, or with the
// main chain's at this height.
func (s *Server) block(c *gin.Context) error {
	details, err := httpserver.Bool(c, "details")
	if err != nil {
		return err
	}
	id, err := s.blockID(c.Param("id"))
	if err != nil {
		return err
	}
	block, err := s.node.Chain.Block(id)
	if err != nil {
		return err
	}
	if details {
		return httpserver.Answer(c, http.StatusOK, s.detail(id, block))
	}
	return httpserver.Answer(c, http.StatusOK, types.NamedBlock{Block: block, Names: s.readable(c)})
}

// detail says where a block stands. The block's own form stays as it is, so
// that it can be given in again.
func (s *Server) detail(id types.Hash, block types.Block) api.BlockDetails {
	main := s.node.Chain.Snapshot()
	header := block.Header.Encode()
	details := api.BlockDetails{
		Block: block, Header: hex.EncodeToString(header[:]), Size: block.Size(), Names: s.people().inBlocks(block),
	}
	for at := range main.From(block.Height(), 2) {
		switch {
		case at.ID == id:
			details.Main, details.Confirmations = true, main.Tip.Height-at.Height+1
		case details.Main:
			details.Next = &at.ID
		}
	}
	return details
}

// errReplacing means that another client's chain is being taken.
var errReplacing = fmt.Errorf("%w: another chain is being checked", errBusy)

// replaceChain takes one chain at a time: each may fill a lot of memory.
func (s *Server) replaceChain(c *gin.Context) error {
	if !s.replacing.TryLock() {
		return errReplacing
	}
	defer s.replacing.Unlock()
	blocks, err := readChain(c, s.node.Chain.Genesis())
	if err != nil {
		return err
	}
	change, err := s.node.Replace(blocks)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, changed(change.Moved, change.Tip, uint64(change.Reverted)))
}

// newBlock takes the block of a notice, if there is one, and then sees what
// the peers have.
func (s *Server) newBlock(c *gin.Context) error {
	notice, err := readNotice(c)
	if err != nil {
		return err
	}
	s.log.Debug("told of a block", "sender", notice.Sender, "hash", notice.Hash)
	before := s.node.Chain.Tip()
	if notice.Block != nil {
		_, err := s.node.AddBlock(*notice.Block)
		if err != nil && !errors.Is(err, chain.ErrUnknownParent) {
			return err
		}
	}
	return s.answerResolved(c, before)
}

// syncChain sees what the peers have.
func (s *Server) syncChain(c *gin.Context) error { return s.answerResolved(c, s.node.Chain.Tip()) }

func (s *Server) answerResolved(c *gin.Context, before consensus.State) error {
	change, err := s.resolve(c.Request.Context(), before)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, change)
}

// resolve catches up with the peers and says what changed since before.
func (s *Server) resolve(ctx context.Context, before consensus.State) (api.Changed, error) {
	if _, err := s.node.Resolve(ctx); err != nil {
		return api.Changed{}, err
	}
	updates, tip, err := s.node.Chain.UpdatesSince(before.ID)
	if err != nil {
		return api.Changed{}, err
	}
	return changed(tip.ID != before.ID, tip, uint64(len(updates.Reverted))), nil
}

func changed(moved bool, tip consensus.State, depth uint64) api.Changed {
	text := "up to date, nothing changed: the tip is still block %d (%s)"
	if moved {
		text = "chain replaced: the tip is now block %d (%s)"
	}
	return api.Changed{
		Message:  fmt.Sprintf(text, tip.Height, tip.ID),
		Replaced: moved, Length: tip.Height + 1, ReorgDepth: depth,
	}
}

// readNotice reads the body of POST /block/new: empty, a Notice, or a bare
// block.
func readNotice(c *gin.Context) (api.Notice, error) {
	raw, err := httpserver.Body(c)
	if err != nil {
		return api.Notice{}, err
	}
	var notice api.Notice
	if len(raw) == 0 {
		return notice, nil
	}
	var keys map[string]json.RawMessage
	if err := strictjson.Unmarshal(raw, &keys); err != nil {
		return notice, err
	}
	if _, bare := keys["previous_hash"]; bare {
		notice.Block = new(types.Block)
		err = strictjson.Unmarshal(raw, notice.Block)
	} else {
		err = strictjson.Unmarshal(raw, &notice)
	}
	if err != nil {
		return notice, err
	}
	return notice, checkNotice(&notice)
}

func checkNotice(n *api.Notice) error {
	const longest = 256
	if len(n.Sender) > longest {
		return fmt.Errorf("%w: sender has %d bytes, at most %d", httpserver.ErrMalformed, len(n.Sender), longest)
	}
	if n.Block != nil && n.Hash != nil && n.Block.Hash() != *n.Hash {
		return fmt.Errorf("%w: hash is %s, the block's is %s", httpserver.ErrMalformed, n.Hash, n.Block.Hash())
	}
	return nil
}
