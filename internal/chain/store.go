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
	// outlives the process; otherwise nothing does.
	Update(fn func(Writer) error) error
}

// Reader reads one picture of the store. What is not there is ErrNotFound,
// but an account that is not there is the zero Account.
type Reader interface {
	// Tip is the block that the accounts are the state after.
	Tip() (Ref, error)
	// Totals are those of the main chain up to the tip.
	Totals() (Totals, error)
	// Headers returns every stored block's header, lower heights first.
	Headers(yield func(Ref, types.Header) error) error
	// Block is the encoding of a stored block. It is the caller's to keep.
	Block(Ref) ([]byte, error)
	// UseBlock is Block for who looks at it no longer than use takes, and spares
	// the copy.
	UseBlock(at Ref, use func(encoded []byte) error) error
	// Diff is what a block of the main chain did to the accounts.
	Diff(Ref) (consensus.Diff, error)
	Account(types.Address) (consensus.Account, error)
	// MainAt is the block of the main chain at a height: the one with a diff.
	MainAt(height uint64) (Ref, error)
	// Places lists where on the main chain the transaction with this id may
	// lie. Whoever asks compares: ids that begin alike may be mixed up.
	Places(id types.Hash) ([]TxPosition, error)
	// History lists the main chain's transactions that pay an address or are
	// paid from it, the newest first: those before a place, limit at most.
	History(address types.Address, before TxPosition, limit int) ([]TxPosition, error)
	// Richest lists accounts, the highest balance first and of equals the lower
	// address: from a holding on, limit at most.
	Richest(from AccountBalance, limit int) ([]AccountBalance, error)
	// Rows counts what the indexes hold.
	Rows() (Rows, error)
	// Reorg is the one that is under way.
	Reorg() (Reorg, error)
	// Invalidated lists the blocks that were invalidated by hand: none is no error.
	Invalidated() ([]Ref, error)
}

// Writer changes the store.
type Writer interface {
	Reader
	PutBlock(Ref, *types.Block) error
	DeleteBlock(Ref) error
	PutDiff(Ref, consensus.Diff) error
	DeleteDiff(Ref) error
	// PutAccount forgets the address if the account is the zero one.
	PutAccount(types.Address, consensus.Account) error
	SetTip(Ref, Totals) error
	// Index makes the transactions of a block that joins the main chain at
	// height known to Places and History.
	Index(height uint64, b *types.Block) error
	// Unindex takes Index back, for the last block that was indexed.
	Unindex(height uint64, b *types.Block) error
	// PutReorg notes that the tip is under way, in several transactions.
	PutReorg(Reorg) error
	DeleteReorg() error
	// SetInvalidated has these blocks be invalidated by hand, and no others.
	SetInvalidated([]Ref) error
}

// Reorg is the way of the tip from one block to another. While it is under way
// the store's tip is neither.
type Reorg struct{ From, To Ref }

// Ref points at a block: its height orders a store's keys, its id names it.
type Ref struct {
	Height uint64
	ID     types.Hash
}

// Totals are sums over the main chain.
type Totals struct {
	Transactions uint64 // coinbases and those of the genesis block too
	Accounts     uint64 // addresses that were ever paid
}

// TxPosition is where on the main chain a transaction lies.
type TxPosition struct {
	Height   uint64
	Position int // in the block, from 0
}

// Before reports whether p comes before other.
func (p TxPosition) Before(other TxPosition) bool {
	return p.Height < other.Height || p.Height == other.Height && p.Position < other.Position
}

// AccountBalance is an account's place in the order of balances.
type AccountBalance struct {
	Balance types.Amount
	Address types.Address
}

// Rows counts what a store's indexes hold. All accounts are in the order of
// balances, those that have spent everything too.
type Rows struct {
	Accounts, Balances, Transactions uint64
	History                          uint64 // pairs of an address and a block that touches it
}
