package chain

import (
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Store is what the chain needs of whatever keeps it.
type Store interface {
	// View runs fn over one unchanging picture of the store.
	View(fn func(Reader) error) error
	// Update runs fn as one transaction: when it returns nil, all that fn wrote
	// is durable; otherwise nothing is.
	Update(fn func(Writer) error) error
}

// Reader reads one picture of the store. What is not there is ErrNotFound,
// but an account that is not there is the zero Account.
type Reader interface {
	// Tip is the block that the accounts are the state after.
	Tip() (Ref, error)
	// Headers gives every stored block's header, lower heights first.
	Headers(yield func(Ref, types.Header) error) error
	// Block is the encoding of a stored block. It is the caller's to keep.
	Block(Ref) ([]byte, error)
	// Diff is what a block of the main chain did to the accounts.
	Diff(Ref) (consensus.Diff, error)
	Account(types.Address) (consensus.Account, error)
}

// Writer changes the store.
type Writer interface {
	Reader
	PutBlock(Ref, *types.Block) error
	PutDiff(Ref, consensus.Diff) error
	DeleteDiff(Ref) error
	// PutAccount forgets the address if the account is the zero one.
	PutAccount(types.Address, consensus.Account) error
	SetTip(Ref) error
}

// Ref points at a block: its height orders a store's keys, its id names it.
type Ref struct {
	Height uint64
	ID     types.Hash
}
