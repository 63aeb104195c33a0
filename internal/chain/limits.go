package chain

// Limits bound what a chain keeps besides the main chain, and how much it does
// in one transaction of its store. Work decides what gives way: the branches
// with the least go first.
type Limits struct {
	// Headers is how many headers are kept in memory without their blocks, each
	// some 300 bytes.
	Headers int
	// SideBlocks and SideBytes bound the stored blocks that are not on the main
	// chain. Those of a branch that is known to outweigh the main chain are kept
	// beyond that.
	SideBlocks, SideBytes int
	// PartBytes is how many bytes of blocks one transaction writes or reads,
	// give or take a block: what it keeps in memory until it is durable is a
	// multiple of that. PartBlocks bounds their number.
	PartBytes, PartBlocks int
}

// DefaultLimits suit a node that shares its machine with others.
func DefaultLimits() Limits {
	return Limits{
		Headers:    100_000,
		SideBlocks: 2048, SideBytes: 128 << 20,
		PartBytes: 8 << 20, PartBlocks: 2048,
	}
}

// lowWater is how far what has outgrown its bound is cut down, so that cutting
// costs little a block.
func lowWater(bound int) int { return bound - bound/8 }
