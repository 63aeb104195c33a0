package events

import "networkmngr/internal/types"

// What a node tells of transfers. All but TransactionSubmitted are verbose.
type (
	// Mempool: what waits now, at most once a second, when it has changed.
	Mempool struct {
		Transactions int    `json:"transactions"` // that a block could take
		Bytes        int    `json:"bytes"`
		Parked       int    `json:"parked"`   // that wait aside for what a reorg undid
		Accepted     uint64 `json:"accepted"` // since the last such event
		Refused      uint64 `json:"refused"`  // since the last such event
	}
	// TransactionSubmitted: a client posted a transfer here, and it is on disk.
	TransactionSubmitted struct {
		ID        types.Hash    `json:"id"`
		Sender    types.Address `json:"sender"`
		Recipient types.Address `json:"recipient"`
		Amount    types.Amount  `json:"amount"`
		Fee       types.Amount  `json:"fee"`
	}
	// TransactionAccepted: a transfer came to the mempool.
	TransactionAccepted struct {
		ID   types.Hash    `json:"id"`
		From *types.NodeID `json:"from,omitempty"` // peer; absent if a client posted it
	}
	// TransactionRefused: the mempool refused a transfer.
	TransactionRefused struct {
		ID   types.Hash    `json:"id"`
		Rule string        `json:"rule"`
		From *types.NodeID `json:"from,omitempty"`
	}
	// TransactionIncluded: a block of the main chain holds a transfer.
	TransactionIncluded struct {
		ID    types.Hash `json:"id"`
		Block BlockRef   `json:"block"`
	}
	// TransactionReturned: a reorg undid the block, and the transfer waits again.
	TransactionReturned struct {
		ID    types.Hash `json:"id"`
		Block BlockRef   `json:"block"`
	}
)

func (Mempool) Type() Type              { return "mempool" }
func (TransactionSubmitted) Type() Type { return "transaction-submitted" }
func (TransactionAccepted) Type() Type  { return "transaction-accepted" }
func (TransactionRefused) Type() Type   { return "transaction-refused" }
func (TransactionIncluded) Type() Type  { return "transaction-included" }
func (TransactionReturned) Type() Type  { return "transaction-returned" }
