package mining

import (
	"context"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Job is what to search for.
type Job struct {
	// Call names, at the source, the request that the blocks are for.
	Call uint64
	// Blocks is how many are wanted, each on top of the one before, from State on.
	// At 0 there is nothing to search for.
	Blocks    int
	State     consensus.State
	Transfers []types.Transaction // for the first block, in order
	Payout    types.Address
	Data      []byte // that every block carries, which CheckData must allow; nil for none
	Power     Power  // to search with
}

// Found is a block with its proof of work.
type Found struct {
	types.Block
	Hashes uint64        // that were tried for it
	Took   time.Duration // of search
}

// Source hands out jobs, and takes what is found. Its methods may be called from
// any goroutine.
type Source interface {
	// Job returns what to search for now. changed ends once that is something
	// else: on a new tip, or for somebody who waits for a block.
	Job() (job Job, changed context.Context, err error)
	// Submit takes blocks that were found for a job, each on top of the one before,
	// and returns how many of them have become the tip or its ancestors.
	Submit(job Job, found []Found) (taken int, err error)
}
