package command

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// lastBlocks is how many blocks of a chain are shown by default.
const lastBlocks = 20

// maxBlocks is more than any chain has, and a number of every system.
const maxBlocks = math.MaxInt32

// selection is which blocks are asked for: one by its height or hash, or those
// of a range.
type selection struct {
	id       string // or empty
	from, to uint64 // both included
	last     bool   // the last ones, instead
	open     bool   // up to the tip, instead of to
}

func chainCommand() *cobra.Command {
	var full bool
	var blocks selection
	command := &cobra.Command{
		Use:   "chain [HEIGHT | HASH | FROM-TO | FROM-]",
		Short: "Show a node's chain, a part of it, or one block",
		Long: `Show the last blocks of a node's chain, those of a range, or the one block of a
height or hash, of which the first digits do, in a table or, with --full, as JSON.
With --json, a block in the form of GET /blocks/:id, several in that of GET /chain.`,
		Example: `  networkmngr chain
  networkmngr chain 100-120 --node n3
  networkmngr chain 0 --full
  networkmngr chain 0- --json > chain.json`,
		Args: func(_ *cobra.Command, args []string) (err error) {
			blocks, err = parseSelection(args)
			return err
		},
	}
	command.Flags().BoolVar(&full, "full", false, "whole blocks, as JSON")
	wanted := nodeFlag(command, oneOfNodes)
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		out.JSON = out.JSON || full
		node, err := n.node(ctx, *wanted)
		if err != nil {
			return err
		}
		if blocks.id != "" {
			return n.showBlock(ctx, out, node, blocks.id)
		}
		return n.showChain(ctx, out, node, blocks)
	})
}

func parseSelection(args []string) (selection, error) {
	wrong := func() (selection, error) {
		return selection{}, misuse(fmt.Errorf("%q: want a height, a hash or its first digits, %d at least, or a range such as 10-20 or 10-",
			strings.Join(args, " "), api.MinHashDigits))
	}
	switch {
	case len(args) == 0:
		return selection{last: true}, nil
	case len(args) > 1:
		return wrong()
	}
	if api.BeginsHash(args[0]) {
		return selection{id: args[0]}, nil
	}
	first, last, isRange := strings.Cut(args[0], "-")
	from, err := strconv.ParseUint(first, 10, 64)
	switch {
	case err != nil:
		return wrong()
	case !isRange:
		return selection{id: args[0]}, nil
	case last == "":
		return selection{from: from, open: true}, nil
	}
	to, err := strconv.ParseUint(last, 10, 64)
	if err != nil || to < from {
		return wrong()
	}
	return selection{from: from, to: to}, nil
}

func (n *network) showBlock(ctx context.Context, out *terminal.Output, node api.NodeState, id string) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	block, err := n.at(node).Block(ctx, id)
	if err != nil {
		return n.explainBlock(fmt.Errorf("node %s: %w", node.Address, err))
	}
	if out.JSON {
		return out.EncodeSigned(block)
	}
	return n.printBlocks(ctx, out, []types.Block{block})
}

func (n *network) showChain(ctx context.Context, out *terminal.Output, node api.NodeState, s selection) error {
	chain, err := n.blocks(ctx, n.at(node), s)
	if err != nil {
		return fmt.Errorf("node %s: %w", node.Address, err)
	}
	if s.from >= chain.Length {
		return misuse(fmt.Errorf("node %s: there is no block %d, the chain's height is %d", node.Address, s.from, chain.Length-1))
	}
	if out.JSON {
		return out.EncodeSigned(chain)
	}
	err = n.printBlocks(ctx, out, chain.Chain)
	if err == nil && s.last && chain.Length > uint64(len(chain.Chain)) {
		out.Printf("\nthe last %d of %d blocks of node %s; networkmngr chain 0- shows all\n", len(chain.Chain), chain.Length, node.Address)
	}
	return err
}

// blocks returns the selected ones, lowest first.
func (n *network) blocks(ctx context.Context, node *client.Node, s selection) (api.Chain, error) {
	if s.last {
		tip, err := node.Blockchain(ctx)
		if err != nil {
			return api.Chain{}, err
		}
		s.from, s.open = tip.Height+1-min(tip.Height+1, lastBlocks), true
	}
	if s.open {
		return node.ChainPart(ctx, s.from, maxBlocks)
	}
	return node.ChainPart(ctx, s.from, int(min(s.to-s.from, maxBlocks-1))+1)
}

// printBlocks prints a table. A miner that is a node of the network is named.
func (n *network) printBlocks(ctx context.Context, out *terminal.Output, blocks []types.Block) error {
	names, err := n.people(ctx)
	if err != nil {
		return err
	}
	rows := make([][]any, len(blocks))
	for i := range blocks {
		b := &blocks[i]
		mined := time.Unix(int64(b.Time), 0).Local().Format(time.DateTime)
		rows[i] = []any{b.Height(), shortHash(b.Hash()), mined, len(b.Transactions), minerOf(b, names)}
	}
	out.Table([]string{">index", "hash", "time", ">txs", "miner"}, rows)
	return nil
}

func minerOf(b *types.Block, names people) string {
	if b.Height() == 0 || len(b.Transactions) == 0 {
		return none
	}
	recipient := b.Transactions[0].Recipient
	return cmp.Or(names[recipient], shortAddress(recipient))
}
