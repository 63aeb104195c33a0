package chain

import "networkmngr/internal/types"

// Update is what one write has done to the tree of blocks and to the tip, as
// plain data: a View that applies it knows the same. A View takes the updates in
// the order of the writes.
type Update struct {
	Headers   []types.Header // of all blocks that are named below, parents first
	Stored    []types.Hash   // blocks that are on disk now
	Forgotten []types.Hash   // blocks that are on disk no more
	Invalid   []types.Hash   // blocks that broke a rule; what follows on them is invalid too
	// Reverted, the highest first, and Applied, the lowest first, are the way of
	// the tip.
	Reverted, Applied []Ref
}
