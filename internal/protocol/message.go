package protocol

import (
	"github.com/holiman/uint256"

	"networkmngr/internal/types"
)

// Version is the protocol's version; nodes with another one part at once.
const Version = 6

const (
	// MaxFrame bounds an encoded message, in bytes.
	MaxFrame = 4 << 20

	maxHeaders      = 2000                     // in one Headers
	maxLocator      = 64                       // ids
	maxIDs          = 5000                     // in one list of ids
	maxEntries      = 256                      // in one Addresses
	maxTransactions = types.MaxBlockSize / 145 // in a block; no transfer is shorter
)

// Message is one thing that a node says to a peer.
type Message interface {
	kind() kind
}

// Claim is what a node says its best chain is. It is believed once the headers
// have come.
type Claim struct {
	ID     types.Hash
	Height uint64
	Work   uint256.Int
}

// The messages.
type (
	// Hello is the first message in both directions.
	Hello struct {
		Version uint32
		Genesis types.Hash
		Self    types.NodeInfo
		Tip     Claim
	}
	// Ping asks for a Pong with the same number, and with it for the tip.
	Ping struct{ Number uint64 }
	// Pong answers a Ping.
	Pong struct {
		Number uint64
		Tip    Claim
	}
	// GetHeaders asks for the headers above the first id that the peer has on
	// its main chain.
	GetHeaders struct{ Locator []types.Hash }
	// Headers answers GetHeaders, or announces new blocks. The two may cross, so
	// they are told apart.
	Headers struct {
		Answer  bool
		Headers []types.Header
	}
	// GetBlocks asks for blocks.
	GetBlocks struct{ IDs []types.Hash }
	// Blocks answers GetBlocks, in the order asked, over as many messages as
	// it takes.
	Blocks struct{ Encoded [][]byte }
	// NotFound answers for the blocks of a GetBlocks and the transactions of a
	// GetTransactions that are not here.
	NotFound struct{ IDs []types.Hash }
	// SendCompact asks a peer to announce new blocks by compact blocks at once, before it
	// has verified them, or no more (BIP 152's sendcmpct, high bandwidth or low).
	SendCompact struct{ High bool }
	// GetCompact asks for a block as a compact block. The answer is that, or a Blocks if
	// the block is not one of the last.
	GetCompact struct{ Block types.Hash }
	// Compact is a block by its header and short ids of its transactions (BIP 152). It
	// announces the block, or answers GetCompact.
	Compact struct {
		Header   types.Header
		Salt     uint64
		Coinbase types.Transaction
		ShortIDs []ShortID // of all but the coinbase
	}
	// GetBlockTransactions asks for transactions of a compact block that the
	// mempool did not have.
	GetBlockTransactions struct {
		Block   types.Hash
		Indexes []uint32 // in the block, strictly increasing
	}
	// BlockTransactions answers GetBlockTransactions.
	BlockTransactions struct {
		Block        types.Hash
		Transactions []types.Transaction
	}
	// Have announces pending transactions.
	Have struct{ IDs []types.Hash }
	// HaveShort tells of pending transactions by short ids that are keyed by a salt: of all on
	// a new link, and else of some once more.
	HaveShort struct {
		All      bool
		Salt     uint64
		ShortIDs []ShortID
	}
	// GetHave asks for a Have of those of a HaveShort that are not known here.
	GetHave struct {
		Salt     uint64
		ShortIDs []ShortID
	}
	// GetTransactions asks for pending transactions.
	GetTransactions struct{ IDs []types.Hash }
	// Transactions answers GetTransactions, over as many messages as it takes.
	Transactions struct{ Transactions []types.Transaction }
	// GetAddresses asks for nodes that the peer knows.
	GetAddresses struct{}
	// Addresses answers GetAddresses, or passes on a node that is new.
	Addresses struct{ Nodes []types.NodeInfo }
	// Goodbye says that the node ends for good, so that nobody need seek it. It is the
	// last message, and the peer ends the link.
	Goodbye struct{}
)

type kind uint8

const (
	kindHello kind = iota
	kindPing
	kindPong
	kindGetHeaders
	kindHeaders
	kindGetBlocks
	kindBlocks
	kindNotFound
	kindCompact
	kindGetBlockTransactions
	kindBlockTransactions
	kindHave
	kindGetTransactions
	kindTransactions
	kindGetAddresses
	kindAddresses
	kindGoodbye
	kindSendCompact
	kindGetCompact
	kindHaveShort
	kindGetHave
)

// kindNames are what the kinds are called where traffic is counted.
var kindNames = [...]string{
	kindHello: "hello", kindPing: "ping", kindPong: "pong",
	kindGetHeaders: "get-headers", kindHeaders: "headers",
	kindGetBlocks: "get-blocks", kindBlocks: "blocks", kindNotFound: "not-found",
	kindCompact: "compact", kindGetBlockTransactions: "get-block-transactions", kindBlockTransactions: "block-transactions",
	kindHave: "have", kindGetTransactions: "get-transactions", kindTransactions: "transactions",
	kindGetAddresses: "get-addresses", kindAddresses: "addresses", kindGoodbye: "goodbye",
	kindSendCompact: "send-compact", kindGetCompact: "get-compact", kindHaveShort: "have-short", kindGetHave: "get-have",
}

// Kinds names the kinds of messages, and at last what is none.
func Kinds() []string { return append(kindNames[:], "other") }

// KindOf is the place in Kinds of the message that a frame may hold.
func KindOf(frame []byte) int {
	if len(frame) == 0 || int(frame[0]) >= len(kindNames) {
		return len(kindNames)
	}
	return int(frame[0])
}

func (Hello) kind() kind                { return kindHello }
func (Ping) kind() kind                 { return kindPing }
func (Pong) kind() kind                 { return kindPong }
func (GetHeaders) kind() kind           { return kindGetHeaders }
func (Headers) kind() kind              { return kindHeaders }
func (GetBlocks) kind() kind            { return kindGetBlocks }
func (Blocks) kind() kind               { return kindBlocks }
func (NotFound) kind() kind             { return kindNotFound }
func (Compact) kind() kind              { return kindCompact }
func (GetBlockTransactions) kind() kind { return kindGetBlockTransactions }
func (BlockTransactions) kind() kind    { return kindBlockTransactions }
func (Have) kind() kind                 { return kindHave }
func (GetTransactions) kind() kind      { return kindGetTransactions }
func (Transactions) kind() kind         { return kindTransactions }
func (GetAddresses) kind() kind         { return kindGetAddresses }
func (Addresses) kind() kind            { return kindAddresses }
func (Goodbye) kind() kind              { return kindGoodbye }
func (SendCompact) kind() kind          { return kindSendCompact }
func (GetCompact) kind() kind           { return kindGetCompact }
func (HaveShort) kind() kind            { return kindHaveShort }
func (GetHave) kind() kind              { return kindGetHave }
