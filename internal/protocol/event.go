package protocol

import (
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// Event is something that happened, which the engine is told of.
type Event interface{ event() }

// The events.
type (
	// Connected: a link to a peer is up.
	Connected struct {
		Peer     types.NodeID
		Outbound bool
	}
	// Disconnected: the link is down. It is also told of links that the engine
	// itself asked to Drop.
	Disconnected struct{ Peer types.NodeID }
	// DialFailed: a Dial came to nothing.
	DialFailed struct{ Peer types.NodeID }
	// Received: a peer sent a frame.
	Received struct {
		Peer  types.NodeID
		Frame []byte
	}
	// TipMoved: the chain has another tip, whoever's doing it was.
	TipMoved struct {
		ID    types.Hash
		Block *types.Block // the tip's; nil if it is not at hand
		// Withheld: peers are told nothing of this block until another TipMoved
		// follows that is not withheld.
		Withheld bool
	}
	// Verified: the blocks of a Verify were given to the chain.
	Verified struct {
		Blocks []types.Block
		Err    error // as chain.AddBlocks gives it
	}
	// Admitted: a transaction was given to the mempool: that of an Admit, one
	// that a client posted, or one that a reorg put back.
	Admitted struct {
		Transaction types.Transaction
		Err         error // as the mempool gives it
	}
	// Learned: somebody who is trusted named other nodes.
	Learned struct{ Nodes []types.NodeInfo }
	// ResolveAsked: somebody wants to be told once the chain has caught up
	// with every peer. The answer is a Resolved with the same number.
	ResolveAsked struct{ Number uint64 }
	// Tick: time has passed.
	Tick struct{}
)

func (Connected) event()    {}
func (Disconnected) event() {}
func (DialFailed) event()   {}
func (Received) event()     {}
func (TipMoved) event()     {}
func (Verified) event()     {}
func (Admitted) event()     {}
func (Learned) event()      {}
func (ResolveAsked) event() {}
func (Tick) event()         {}

// Action is something that the engine wants done.
type Action interface{ action() }

// The actions.
type (
	// Send: say something to a peer.
	Send struct {
		Peer    types.NodeID
		Message Message
		Frame   []byte // that carries it; one for all peers that hear the same
	}
	// SendBlocks: answer a GetBlocks from the chain's store, with Blocks and
	// NotFound (see AnswerBlocks).
	SendBlocks struct {
		Peer types.NodeID
		IDs  []types.Hash
	}
	// SendBlockTransactions: answer a GetBlockTransactions from the chain's
	// store.
	SendBlockTransactions struct {
		Peer    types.NodeID
		Request GetBlockTransactions
	}
	// SendTransactions: answer a GetTransactions from the mempool, with
	// Transactions and NotFound (see AnswerTransactions).
	SendTransactions struct {
		Peer types.NodeID
		IDs  []types.Hash
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
	// Arrived: all of a block is here, from a peer, and waits to be verified.
	Arrived struct {
		Block chain.Ref
		From  types.NodeID
	}
	// Resolved: see ResolveAsked.
	Resolved struct{ Number uint64 }
)

func (Send) action()                  {}
func (SendBlocks) action()            {}
func (SendBlockTransactions) action() {}
func (SendTransactions) action()      {}
func (Drop) action()                  {}
func (Dial) action()                  {}
func (Verify) action()                {}
func (Admit) action()                 {}
func (Discard) action()               {}
func (Heard) action()                 {}
func (Arrived) action()               {}
func (Resolved) action()              {}
