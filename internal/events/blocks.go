package events

import (
	"time"

	"networkmngr/internal/types"
)

// How a node heard of a block.
const (
	Compact = "compact" // a compact block announced it
	Headers = "headers" // in an answer to GetHeaders
	Full    = "full"    // the block itself came first
	Posted  = "posted"  // a client brought it over HTTP
)

// What a node tells of its links.
type (
	// PeerLinked: a link to a peer stands, and both have greeted.
	PeerLinked struct {
		Peer     types.NodeID `json:"peer"`
		Outbound bool         `json:"outbound"` // this node dialled
	}
	// PeerLost: the link is gone.
	PeerLost struct {
		Peer    types.NodeID `json:"peer"`
		Why     string       `json:"why"`     // in words; may be empty
		Seconds float64      `json:"seconds"` // that it lasted
	}
	// PeerBanned: a peer is kept out.
	PeerBanned struct {
		Peer    types.NodeID `json:"peer"`
		Why     string       `json:"why"`
		Seconds float64      `json:"seconds"` // for so long
	}
)

// BlockRef names a block.
type BlockRef struct {
	Hash  types.Hash `json:"hash"`
	Index uint64     `json:"index"` // height
}

// What a node tells of blocks. From is the peer that something came from, and
// absent where it came from no peer. What a picture of a block's way needs more of,
// such as the sender's name, follows from the events of other nodes.
type (
	// BlockMined: this node found a block. It is on disk. If it is Withheld, it is told to
	// nobody yet: so are blocks that are mined aside, until their branch is the best.
	// BlocksPublished or BlocksAbandoned follows.
	BlockMined struct {
		BlockRef
		Previous     types.Hash    `json:"previous_hash"`
		Miner        types.Address `json:"miner"`        // that is paid
		Transactions int           `json:"transactions"` // with the coinbase
		Size         int           `json:"size"`         // bytes
		Seconds      float64       `json:"seconds"`      // of search
		Hashes       uint64        `json:"hashes"`       // tried
		Withheld     bool          `json:"withheld"`     // not published
	}
	// BlocksWithheld: this node, which has begun another life, withholds blocks still that an
	// earlier one has mined, the lowest first.
	BlocksWithheld struct {
		Blocks []BlockRef `json:"blocks"`
	}
	// BlocksPublished: peers are told of blocks that this node has withheld, the last of
	// which it names.
	BlocksPublished struct {
		BlockRef
		Blocks   int `json:"blocks"`   // that peers are told of
		Withheld int `json:"withheld"` // that it still withholds
	}
	// BlocksAbandoned: this node gives up its own branch, of which it names the last
	// block; peers never hear of what it has withheld of that.
	BlocksAbandoned struct {
		BlockRef
		Blocks int `json:"blocks"` // that it had withheld
	}
	// BlockHeard: the first word of a block, whose proof of work is good.
	BlockHeard struct {
		BlockRef
		From *types.NodeID `json:"from,omitempty"`
		How  string        `json:"how"` // Compact, Headers, Full or Posted
	}
	// BlockReceived: all of a block is here, and goes to be verified.
	BlockReceived struct {
		BlockRef
		From    *types.NodeID `json:"from,omitempty"`
		Seconds float64       `json:"seconds"` // since it was heard of; 0 if this is the first word of it
	}
	// BlockConnected: a block came to the main chain.
	BlockConnected struct {
		BlockRef
		Previous     types.Hash    `json:"previous_hash"`
		Miner        types.Address `json:"miner"`
		Transactions int           `json:"transactions"` // with the coinbase
		Size         int           `json:"size"`         // bytes; 0, as Miner and Transactions, for a block that could not be read
		Timestamp    uint32        `json:"timestamp"`    // of the header, Unix seconds
		Bits         string        `json:"bits"`         // of the header, 8 hex digits: the compact target
		From         *types.NodeID `json:"from,omitempty"`
		Seconds      float64       `json:"seconds"` // since it was heard of; 0 for one of this node
	}
	// BlockDisconnected: a reorg undid a block.
	BlockDisconnected struct {
		BlockRef
	}
	// BlockRefused: a block breaks a rule.
	BlockRefused struct {
		BlockRef
		Rule   string        `json:"rule"`
		From   *types.NodeID `json:"from,omitempty"`
		Detail string        `json:"detail"` // what broke it
	}
	// BlockTooNew: a peer has a block whose time is too far ahead of this node's clock, which
	// does not take it, and what follows on it, as long as that is so.
	BlockTooNew struct {
		BlockRef
		From      *types.NodeID `json:"from,omitempty"`
		Timestamp uint32        `json:"timestamp"` // of the header, Unix seconds
		Seconds   float64       `json:"seconds"`   // by which that is ahead of the node's clock
	}
	// BlockInvalidated: somebody has taken a block off the main chain by hand, on this node,
	// with all that follows on it; or keeps it off.
	BlockInvalidated struct {
		BlockRef
	}
	// BlockReconsidered: somebody has taken that back.
	BlockReconsidered struct {
		BlockRef
	}
	// TipMoved: the main chain has another tip, on disk.
	TipMoved struct {
		BlockRef
		Work     string `json:"work"`     // of the whole chain: expected hashes, decimal
		Applied  int    `json:"applied"`  // blocks, since the last one
		Reverted int    `json:"reverted"` // blocks, since the last one
		// Last are the chain's last blocks, the lowest first, when a node starts: if it was
		// ended by force before, nobody may have read what it told of them.
		Last []BlockConnected `json:"last,omitempty"`
	}
	// Reorg: the main chain left blocks for others with more work.
	Reorg struct {
		From      BlockRef      `json:"from"` // tip before
		To        BlockRef      `json:"to"`   // tip after
		Fork      BlockRef      `json:"fork"` // last block of both
		Depth     int           `json:"depth"`
		Peer      *types.NodeID `json:"peer,omitempty"`      // that To came from
		Miner     types.Address `json:"miner"`               // of To
		Returned  int           `json:"returned"`            // transfers of undone blocks that are pending again
		Dropped   int           `json:"dropped"`             // the others of them: held, or overtaken
		Held      int           `json:"held"`                // of Dropped, those that the new blocks hold
		Overtaken []Overtaken   `json:"overtaken,omitempty"` // the first of those that are
	}
)

// Found is when the block was found, as far as its header says that, of one that is told of
// at a later time.
func (b *BlockConnected) Found(told time.Time) time.Time {
	if found := time.Unix(int64(b.Timestamp), 0); found.Before(told) {
		return found
	}
	return told
}

// Ahead is by how much the block is ahead of the node's clock, in whole seconds.
func (b *BlockTooNew) Ahead() time.Duration {
	return time.Duration(b.Seconds * float64(time.Second)).Round(time.Second)
}

// MaxOvertaken bounds Reorg.Overtaken.
const MaxOvertaken = 16

// Overtaken is a transfer whose sequence number another one of its sender has used, as
// after a double spend.
type Overtaken struct {
	ID    types.Hash `json:"id"`
	By    types.Hash `json:"by"`
	Block BlockRef   `json:"block"` // that holds By
}

func (PeerLinked) Type() Type        { return "peer-linked" }
func (PeerLost) Type() Type          { return "peer-lost" }
func (PeerBanned) Type() Type        { return "peer-banned" }
func (BlockMined) Type() Type        { return "block-mined" }
func (BlocksWithheld) Type() Type    { return "blocks-withheld" }
func (BlocksPublished) Type() Type   { return "blocks-published" }
func (BlocksAbandoned) Type() Type   { return "blocks-abandoned" }
func (BlockHeard) Type() Type        { return "block-heard" }
func (BlockReceived) Type() Type     { return "block-received" }
func (BlockConnected) Type() Type    { return "block-connected" }
func (BlockDisconnected) Type() Type { return "block-disconnected" }
func (BlockRefused) Type() Type      { return "block-refused" }
func (BlockTooNew) Type() Type       { return "block-too-new" }
func (BlockInvalidated) Type() Type  { return "block-invalidated" }
func (BlockReconsidered) Type() Type { return "block-reconsidered" }
func (TipMoved) Type() Type          { return "tip-moved" }
func (Reorg) Type() Type             { return "reorg" }
