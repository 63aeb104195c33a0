package mempool

import (
	"time"

	"networkmngr/internal/types"
)

// overhead is the memory, in bytes, that a pending transfer takes besides its
// encoding, at its worst: with a sender of its own.
const overhead = 512

// footprint is the memory, in bytes, to reckon for count transfers whose
// encodings have size bytes together; Go's allocator rounds large data up by as
// much as a quarter. TestMemoryStaysWithinLimit measures it. While the tip
// moves, the bookkeeping, half of overhead, stands twice.
func footprint(count, size int) int { return size + size/4 + count*overhead }

// Limits bound what a pool keeps. Each is above 0.
type Limits struct {
	Bytes     int           // memory, bookkeeping included; the largest transfer must fit
	Count     int           // transfers
	PerSender int           // transfers of one sender
	Expiry    time.Duration // how long a transfer may wait that is not local
}

// maxUsed is how many local transfers that a block has used are remembered: a
// reorg that undoes the block makes them local again.
const maxUsed = 32_768

// local is how much of a pool's count and bytes local transfers may take: room
// is left for those of others, and for at least one of its own.
func (l Limits) local() (count, bytes int) {
	return max(l.Count*3/4, 1), max(l.Bytes*3/4, footprint(1, types.MaxTransactionSize))
}

// DefaultLimits hold a few full blocks.
func DefaultLimits() Limits {
	return Limits{Bytes: 32 << 20, Count: 32_768, PerSender: 1024, Expiry: 24 * time.Hour}
}
