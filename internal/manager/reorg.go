package manager

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// errTooDeep means that a reorg is to undo more blocks than may be, or than there are.
var errTooDeep = errors.New("too deep")

// reorg is one that somebody has asked for: real blocks, which one node mines aside until
// they outweigh its chain, and then publishes.
type reorg struct {
	m     *Manager
	node  node
	depth int
	fork  api.Tip
	from  uint64 // offset from which the network's events are of it
}

// handleReorg answers when every node that can has reorganised, or with the blocks as
// they are mined. It does not outlive its client.
func (m *Manager) handleReorg(c *gin.Context) error {
	var order api.ReorgOrder
	if err := httpserver.Decode(c, &order); err != nil {
		return err
	}
	ctx, cancel := m.untilStopping(c.Request.Context())
	defer cancel()
	r, err := m.newReorg(ctx, order)
	if err != nil {
		return err
	}
	if wantsEvents(c) {
		return r.stream(ctx, c)
	}
	answer, err := r.run(ctx)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// newReorg finds who is to mine, and on which block.
func (m *Manager) newReorg(ctx context.Context, order api.ReorgOrder) (*reorg, error) {
	if order.Depth < 1 || order.Depth > api.MaxReorgDepth {
		return nil, fmt.Errorf("%w: \"depth\" is %d, want 1 to %d blocks", errTooDeep, order.Depth, api.MaxReorgDepth)
	}
	c, err := m.whoMines(order.Node)
	if err != nil {
		return nil, err
	}
	r := &reorg{m: m, node: c, depth: order.Depth}
	ctx, cancel := c.whileAnswering(ctx)
	defer cancel()
	if err := r.findFork(ctx); err != nil {
		return nil, err
	}
	r.from = m.stream.Log.Told() + 1
	return r, nil
}

// findFork finds the block that is as far below the tip as is asked. An answer tells the length
// of the chain that its blocks are of: if it is another one than was reckoned with, the tip has
// moved, and the block is looked for again.
func (r *reorg) findFork(ctx context.Context) error {
	page, err := r.node.client.Blocks(ctx, 1)
	for length := uint64(0); err == nil && page.Length != length; {
		length = page.Length
		if length-1 < uint64(r.depth) {
			return fmt.Errorf("%w: \"depth\" is %d, the chain of %s has %s after the genesis block", errTooDeep, r.depth, r.node.Name(), terminal.Plural(int(length-1), "block"))
		}
		page, err = r.node.client.BlocksFrom(ctx, length-1-uint64(r.depth), 1)
	}
	if err != nil {
		return r.node.unanswered(ctx, err)
	}
	r.fork = api.Tip{Index: page.Blocks[0].Height(), Hash: page.Blocks[0].Hash()}
	return nil
}

// whoMines is the node of a name or port, which must answer, or the first that does.
func (m *Manager) whoMines(reference string) (node, error) {
	switch {
	case m.isChanging():
		return node{}, errChanging
	case reference != "":
		c, err := m.find(reference)
		if err == nil {
			err = c.answers()
		}
		return c, err
	}
	for _, c := range m.running() {
		if c.answers() == nil {
			return c, nil
		}
	}
	return node{}, m.noNode()
}

// run has the blocks mined, and waits until the network has settled.
func (r *reorg) run(ctx context.Context) (api.Reorg, error) {
	r.m.log.Info("reorg asked for", "node", r.node.Name(), "depth", r.depth, "from", r.fork.Index)
	began := time.Now()
	mining, cancel := r.node.whileAnswering(ctx)
	defer cancel()
	// What others mine meanwhile is to be outweighed too, but not for ever.
	most := min(3*r.depth+30, 1000)
	mined, err := r.node.client.MineAside(mining, r.fork.Hash.String(), most)
	if err != nil {
		return api.Reorg{}, r.node.unanswered(mining, err)
	}
	answer := api.Reorg{
		Node: r.node.Name(), Depth: r.depth, Fork: r.fork,
		Hashes: mined.Hashes, Seconds: time.Since(began).Round(time.Millisecond).Seconds(),
	}
	// Some blocks alone have as much work as more others: the tip of before is no answer.
	r.m.settle(ctx, api.Tip{Index: mined.Block.Height(), Hash: mined.Block.Hash()})
	told := r.read(ctx, mined.Blocks)
	answer.Reorgs = told.reorgs
	for _, b := range mined.Blocks {
		block := told.mined[b.Hash()]
		block.Tip = api.Tip{Index: b.Height(), Hash: b.Hash()}
		answer.Blocks = append(answer.Blocks, block)
	}
	answer.Message = r.message(&answer)
	r.m.log.Info("reorg made", "node", answer.Node, "depth", r.depth, "blocks", len(answer.Blocks), "nodes", len(answer.Reorgs))
	return answer, nil
}

func (r *reorg) message(answer *api.Reorg) string {
	last := answer.Blocks[len(answer.Blocks)-1]
	deepest := 0
	for _, one := range answer.Reorgs {
		deepest = max(deepest, one.Depth)
	}
	return fmt.Sprintf("%s mined %s aside from block %d, %s; the tip is block %d (%s)", answer.Node,
		terminal.Plural(len(answer.Blocks), "block"), r.fork.Index, wentBack(len(answer.Reorgs), deepest), last.Index, last.Hash)
}

// wentBack says how many nodes have reorganised, and how deep at most.
func wentBack(nodes, deepest int) string {
	if nodes == 0 {
		return "and no node had to leave a block for them"
	}
	return fmt.Sprintf("and %s left up to %s for them", terminal.Plural(nodes, "node"), terminal.Plural(deepest, "block"))
}

// told is what the network's events say of a reorg.
type told struct {
	mined  map[types.Hash]api.MinedBlock
	own    map[types.Hash]bool // the blocks that were mined aside, and what others mined on them
	reorgs []api.ReorgOfNode
}

func newTold(mined []types.NamedBlock) told {
	t := told{mined: make(map[types.Hash]api.MinedBlock), own: make(map[types.Hash]bool), reorgs: []api.ReorgOfNode{}}
	for _, b := range mined {
		t.own[b.Hash()] = true
	}
	return t
}

// read reads what was told since the reorg was asked for, and waits for a moment for the stories of the
// nodes that have left blocks: they follow when the mempool has.
func (r *reorg) read(ctx context.Context, mined []types.NamedBlock) told {
	t := newTold(mined)
	ctx, cancel := context.WithTimeout(ctx, r.m.limits.still)
	defer cancel()
	last, leaving := r.m.stream.Log.Told(), make(map[string]bool)
	if last < r.from {
		return t
	}
	_ = r.m.stream.Follow(ctx, r.from, events.Filter{}, func(e *events.Event) error {
		switch data := e.Data.(type) {
		case events.BlockMined:
			t.mined[data.Hash] = minedBlock(data)
		case events.BlockConnected:
			t.connected(data)
		case events.BlockDisconnected:
			leaving[e.Node] = true
		case events.Reorg:
			delete(leaving, e.Node)
			t.add(e.Node, data)
		}
		if e.Offset >= last && len(leaving) == 0 {
			return errOver
		}
		return nil
	})
	return t
}

// connected notes a block on one of these.
func (t *told) connected(b events.BlockConnected) {
	if t.own[b.Previous] {
		t.own[b.Hash] = true
	}
}

// add notes a node's reorg, if it is to these blocks and not one that happened meanwhile; of one
// that went back in several steps, the deepest.
func (t *told) add(node string, to events.Reorg) {
	if !t.own[to.To.Hash] {
		return
	}
	reorg := api.ReorgOfNode{Node: node, Depth: to.Depth, Returned: to.Returned}
	i := slices.IndexFunc(t.reorgs, func(known api.ReorgOfNode) bool { return known.Node == reorg.Node })
	switch {
	case i < 0:
		t.reorgs = append(t.reorgs, reorg)
	case reorg.Depth > t.reorgs[i].Depth:
		t.reorgs[i] = reorg
	}
}

func minedBlock(told events.BlockMined) api.MinedBlock {
	return api.MinedBlock{Tip: api.Tip{Index: told.Index, Hash: told.Hash}, Seconds: told.Seconds, Hashes: told.Hashes}
}

// stream sends each block as an event when it is mined, and the answer, or what went
// wrong, as the last one.
func (r *reorg) stream(ctx context.Context, c *gin.Context) error {
	beginStream(c)
	if _, err := fmt.Fprintf(httpserver.TimedWriter{Context: c}, "id: %d\n\n", r.from); err != nil {
		return err
	}
	c.Writer.Flush()
	following, cancel := context.WithCancel(ctx)
	var answer api.Reorg
	var failed error
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer cancel()
		answer, failed = r.run(ctx)
	}()
	types := events.Filter{Types: []events.Type{events.BlockMined{}.Type()}, Nodes: []string{r.node.Name()}}
	_ = r.m.stream.Follow(following, r.from, types, func(e *events.Event) error {
		mined, ok := e.Data.(events.BlockMined)
		if !ok {
			return nil // of a gap
		}
		defer c.Writer.Flush()
		return send(c, api.BlockEvent, minedBlock(mined))
	})
	<-done
	if failed != nil {
		return send(c, api.FailedEvent, api.ErrorForm{Error: failureOf(failed)})
	}
	return send(c, api.DoneEvent, answer)
}

// failureOf is what is answered to an error after the answer has begun.
func failureOf(err error) *api.Error {
	if known := refusal(err); known != nil {
		return known
	}
	if refused, ok := errors.AsType[*api.Error](err); ok {
		return refused
	}
	return &api.Error{Code: "failed", Message: err.Error()}
}
