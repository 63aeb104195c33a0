package chain

import "networkmngr/internal/types"

// Limits bound what a chain keeps besides the main chain, and how much it does
// in one transaction of its store. Work decides what gives way: the branches
// with the least go first.
type Limits struct {
	// Headers is how many headers are kept in memory without their blocks, each
	// some 300 bytes.
	Headers int
	// SideBlocks and SideBytes bound the stored blocks that are not on the main
	// chain. Those of a branch that is known to outweigh the main chain (see
	// Chain.Expect), or that a follower has not left yet (see Chain.Follow), are kept beyond that.
	SideBlocks, SideBytes int
	// ByHand bounds the blocks that are invalidated by hand at a time, each with all that
	// follows on it: these stay, beyond SideBlocks.
	ByHand int
	// PartBytes is how much of blocks one transaction of the store writes or
	// reads, give or take a block; of a reorg it is PartTransactions too. What the
	// store keeps in memory until it is durable is a multiple of the bytes, and as
	// many pages as the rows of the block's transactions lie on: the larger the
	// store, the fewer of them share one, and a reorg changes each row twice. New
	// blocks come in larger parts, as each part syncs the disk.
	PartBytes, PartTransactions int
}

// DefaultLimits suit a node that shares its machine with others.
func DefaultLimits() Limits {
	return Limits{
		Headers:    100_000,
		SideBlocks: 2048, SideBytes: 128 << 20, ByHand: 1024,
		PartBytes: 8 << 20, PartTransactions: 4096,
	}
}

// commitSize is how much of blocks one transaction of the store has written or read.
type commitSize struct{ bytes, transactions int }

func (p *commitSize) add(b *types.Block) {
	p.bytes += b.Size()
	p.transactions += len(b.Transactions)
}

// full reports whether the rest is for another transaction.
func (p *commitSize) full(limits *Limits) bool {
	return p.bytes >= limits.PartBytes || p.transactions >= limits.PartTransactions
}

// lowWater is how far what has outgrown its bound is cut down, so that cutting
// costs little a block.
func lowWater(bound int) int { return bound - bound/8 }
