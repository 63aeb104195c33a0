package api

import (
	"time"

	"networkmngr/internal/types"
)

// MaxRows is how many blocks, accounts or transactions of an account one answer
// may list.
const MaxRows = 100

// Words that answers about transactions use. Whoever tells of a transfer's fate uses those
// of a Status: see Statuses.
const (
	StatusPending   = "pending"   // it waits for a block
	StatusParked    = "parked"    // it waits, and lacks what a reorg has undone
	StatusConfirmed = "confirmed" // a block of the main chain holds it
	StatusReplaced  = "replaced"  // by another of its sender's, which is pending
	StatusOvertaken = "overtaken" // a block holds another with its number
	StatusDropped   = "dropped"   // it waits no longer, for another reason

	DirectionIn   = "in"
	DirectionOut  = "out"
	DirectionSelf = "self"

	SideLeft  = "left"
	SideRight = "right"
)

// Statuses are what may become of a transfer.
func Statuses() []string {
	return []string{StatusPending, StatusParked, StatusConfirmed, StatusReplaced, StatusOvertaken, StatusDropped}
}

// Parties names the accounts of a transaction, where they have names: those of the
// network's named accounts, and the HTTP address of a node for the node's own account.
type Parties struct {
	SenderName    string `json:"sender_name,omitempty"`
	RecipientName string `json:"recipient_name,omitempty"`
}

// Transaction answers GET /transactions/:id.
type Transaction struct {
	Status      string            `json:"status"`
	Transaction types.Transaction `json:"transaction"`
	Parties
	Block         *Tip        `json:"block"`    // null unless it is confirmed
	Position      *int        `json:"position"` // in the block
	Confirmations uint64      `json:"confirmations"`
	Why           string      `json:"why,omitempty"`      // unless it is pending or confirmed
	By            *types.Hash `json:"by,omitempty"`       // the transfer that replaced or overtook it
	ByBlock       *Tip        `json:"by_block,omitempty"` // that holds By
	Proof         *Proof      `json:"proof,omitempty"`
}

// Proof leads from a transaction's id to its block's Merkle root.
type Proof struct {
	Position   int        `json:"position"` // of the transaction in the block
	Siblings   []Sibling  `json:"siblings"` // the lowest level's first
	MerkleRoot types.Hash `json:"merkle_root"`
	Header     string     `json:"header"` // 80 bytes in hex, as they are hashed
}

// Sibling is what a hash is paired with, and on which side of it.
type Sibling struct {
	Hash types.Hash `json:"hash"`
	Side string     `json:"side"`
}

// BlockDetails answers GET /blocks/:id?details=true.
type BlockDetails struct {
	Block         types.Block `json:"block"`
	Main          bool        `json:"main"`          // it is on the main chain
	Confirmations uint64      `json:"confirmations"` // 0 if it is not
	Next          *types.Hash `json:"next_hash"`     // of the main chain's block on top of it
	Header        string      `json:"header"`        // 80 bytes in hex, as they are hashed
	Size          int         `json:"size"`          // bytes

	Names map[string]string `json:"names"` // of addresses in the block; see Parties
}

// Account answers GET /accounts/:address.
type Account struct {
	Address  types.Address       `json:"address"`
	Name     string              `json:"name,omitempty"`
	Node     string              `json:"node,omitempty"` // HTTP address of the one that mines for it, if it is known
	Balance  types.Amount        `json:"balance"`
	Sequence uint64              `json:"sequence"` // of its next transfer, if none is pending
	Pending  []types.Transaction `json:"pending"`  // its transfers in the mempool, in order
	History  []Movement          `json:"history"`  // on the main chain, the newest first
	Next     *string             `json:"next"`     // ?from= of the page below, null after the oldest
}

// Waits reports whether the transaction may still come to be in a block.
func (t *Transaction) Waits() bool { return t.Status == StatusPending || t.Status == StatusParked }

// NextSequence is the number that the account's next transfer must carry, after
// those that are pending.
func (a *Account) NextSequence() uint64 { return a.Sequence + uint64(len(a.Pending)) }

// Movement is what a transaction did to an account.
type Movement struct {
	ID            types.Hash     `json:"id"`
	Type          string         `json:"type"`
	Direction     string         `json:"direction"`
	Amount        types.Amount   `json:"amount"`
	Fee           types.Amount   `json:"fee"`   // that the sender paid on top
	Other         *types.Address `json:"other"` // who paid, or was paid; null for a coinbase
	OtherName     string         `json:"other_name,omitempty"`
	Block         Tip            `json:"block"`
	Position      int            `json:"position"`
	Timestamp     uint32         `json:"timestamp"`
	Time          time.Time      `json:"time"`
	Confirmations uint64         `json:"confirmations"`
}

// Accounts answers GET /accounts.
type Accounts struct {
	Count    uint64       `json:"count"` // of all
	Coins    types.Amount `json:"coins"` // in all
	Tip      Tip          `json:"tip"`   // after which block
	Accounts []Balance    `json:"accounts"`
	Next     *string      `json:"next"` // ?from= of the next page, null after the poorest
}

// Balance is one account of Accounts.
type Balance struct {
	Address  types.Address `json:"address"`
	Name     string        `json:"name,omitempty"`
	Node     string        `json:"node,omitempty"` // as in Account
	Balance  types.Amount  `json:"balance"`
	Sequence uint64        `json:"sequence"`
}

// Mempool answers GET /mempool.
type Mempool struct {
	Count        int                 `json:"count"`  // of all
	Bytes        int                 `json:"bytes"`  // of all, encoded
	Memory       int                 `json:"memory"` // bytes that they are reckoned to take
	TotalFees    types.Amount        `json:"total_fees"`
	LeastFeeRate float64             `json:"least_fee_rate"` // to exceed, 10^-8 coins for each byte; 0 while there is room
	Limits       MempoolLimits       `json:"limits"`
	Entries      []MempoolEntry      `json:"entries"` // about each of Transactions
	Transactions []types.Transaction `json:"transactions"`
}

// MempoolLimits bound what waits.
type MempoolLimits struct {
	Count     int     `json:"count"`
	Memory    int     `json:"memory"`
	PerSender int     `json:"per_sender"`
	Seconds   float64 `json:"seconds"` // how long a transfer may wait
}

// MempoolEntry is what a mempool knows of a transfer.
type MempoolEntry struct {
	ID      types.Hash `json:"id"`
	Size    int        `json:"size"`     // bytes
	FeeRate float64    `json:"fee_rate"` // 10^-8 coins for each byte
	Since   time.Time  `json:"since"`
	Age     float64    `json:"age"` // seconds
	Parties
}

// Tips answers GET /chain/tips.
type Tips struct {
	Count int        `json:"count"` // of all
	Tips  []ChainTip `json:"tips"`
}

// ChainTip is the end of a branch.
type ChainTip struct {
	Tip
	Status       string `json:"status"`
	ByHand       bool   `json:"by_hand,omitempty"` // of status "invalid": somebody has invalidated a block of it on this node
	BranchLength uint64 `json:"branch_length"`
	TotalWork    string `json:"total_work"`
}

// Validation answers GET /chain/validate.
type Validation struct {
	Message         string  `json:"message"`
	Valid           bool    `json:"valid"`
	Tip             Tip     `json:"tip"`
	Blocks          uint64  `json:"blocks"`
	Transactions    uint64  `json:"transactions"`
	Signatures      uint64  `json:"signatures"`
	Accounts        uint64  `json:"accounts"`
	Seconds         float64 `json:"seconds"`
	BlocksPerSecond float64 `json:"blocks_per_second"`
	Fault           *Fault  `json:"fault"` // the first, null if there is none
}

// Fault is where a chain is not valid.
type Fault struct {
	Tip
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// Found answers GET /search.
type Found struct {
	Query   string   `json:"query"`
	Results []Result `json:"results"`
}

// Result is one thing that a search has found.
type Result struct {
	Type string `json:"type"` // block, transaction or account
	Path string `json:"path"` // where to look
	Text string `json:"text"` // what it is, for people
}
