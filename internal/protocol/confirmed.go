package protocol

import (
	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// maxConfirmed is how many transfers of the last blocks are remembered.
const maxConfirmed = 20_000

// confirmed are the transfers of the last blocks of the main chain. A peer that has not got
// there yet tells of them as pending, and they need not be sent only to be refused. Bitcoin
// Core has the same (RecentConfirmedTransactionsFilter in txdownloadman_impl).
type confirmed struct {
	tip types.Hash // where the last of these blocks ends
	ids recent.Set[types.Hash]
}

func newConfirmed() confirmed { return confirmed{ids: recent.NewSet[types.Hash](maxConfirmed)} }

// follow takes the way to another tip: by its block, or nil. After a way that is longer, or
// leaves a branch, only that block is remembered, as transfers may wait again.
func (c *confirmed) follow(tip types.Hash, b *types.Block) {
	if b == nil || b.Previous != c.tip {
		*c = newConfirmed()
	}
	c.tip = tip
	if b == nil {
		return
	}
	for _, id := range b.TransactionIDs() {
		c.ids.Add(id)
	}
}
