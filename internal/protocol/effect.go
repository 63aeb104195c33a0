package protocol

import (
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// Effect is something that the engine wants done, or the core around it.
type Effect interface{ Effect() }

// The effects of an engine.
type (
	// Send: give a message's frame to the link with a peer. It must not wait.
	Send struct {
		Peer    types.NodeID
		Message Message // what the frame says, for who observes
		Frame   []byte  // one for all peers that hear the same
	}
	// Serve: answer a peer's GetBlocks, GetBlockTransactions or GetTransactions from
	// the chain's store and the mempool; see Answer. Transfers of withheld blocks are as
	// pending ones, by their ids; nil for none.
	Serve struct {
		Peer     types.NodeID
		Request  Message
		Withheld map[types.Hash]*types.Transaction
	}
	// Drop: end the link with a peer, and let it not come back for as long as
	// Ban says if no honest node would be so, or Discourage if it was of no use.
	Drop struct {
		Peer       types.NodeID
		Reason     error
		Ban        time.Duration
		Discourage time.Duration
	}
	// Dial: connect to a node.
	Dial struct{ Node types.NodeInfo }
	// Verify: give blocks, each the parent of the next, to the chain; Verified
	// is the answer. There is one at a time.
	Verify struct {
		Blocks []types.Block
		IDs    []types.Hash // of the blocks
	}
	// Admit: give a transaction of a peer to the mempool; Admitted is the
	// answer. Blocks go before all that wait for it, and peers take turns.
	Admit struct {
		Transaction types.Transaction
		From        types.NodeID
	}
	// Discard: forget the Admits of a peer that have not begun, for which no
	// answer is awaited any more.
	Discard struct{ Peer types.NodeID }
	// Heard: a peer is the first to tell of a block, by a compact block or by an
	// announcement of headers. Its proof of work is good.
	Heard struct {
		Block   chain.Ref
		From    types.NodeID
		Compact bool
	}
	// TooNew: a peer has shown a header that is not taken, as its time is too far ahead of this
	// node's clock. That is nobody's fault, and told once of each. Its proof of work is good.
	TooNew struct {
		Block  chain.Ref
		Header types.Header
		From   types.NodeID
	}
	// Arrived: all of a block is here, from a peer, and waits to be verified.
	Arrived struct {
		Block chain.Ref
		From  types.NodeID
	}
	// Faster: a peer has answered a Ping in less time than ever.
	Faster struct {
		Peer   types.NodeID
		Lowest time.Duration
	}
	// Resolved: see Resolve.
	Resolved struct{ Number uint64 }
)

func (Send) Effect()     {}
func (Serve) Effect()    {}
func (Drop) Effect()     {}
func (Dial) Effect()     {}
func (Verify) Effect()   {}
func (Admit) Effect()    {}
func (Discard) Effect()  {}
func (Heard) Effect()    {}
func (TooNew) Effect()   {}
func (Arrived) Effect()  {}
func (Faster) Effect()   {}
func (Resolved) Effect() {}
