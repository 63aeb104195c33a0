package core

import (
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// MaxFrame bounds a frame, in bytes.
const MaxFrame = protocol.MaxFrame

// Kinds names the kinds of frames.
func Kinds() []string { return protocol.Kinds() }

// KindOf is the place in Kinds of a frame's.
func KindOf(frame []byte) int { return protocol.KindOf(frame) }

// Effect is something that the machine wants done.
type Effect = protocol.Effect

// Effects of the protocol engine, which are passed on as they are.
type (
	Send    = protocol.Send
	Drop    = protocol.Drop
	Dial    = protocol.Dial
	Discard = protocol.Discard
	Faster  = protocol.Faster
)

// Novelty: a transfer that was news, and that the mempool took, came from a peer.
type Novelty struct{ Peer types.NodeID }

// Grouped: a peer that dialled counts to a group. On loopback it is known by what the peer
// says of itself.
type Grouped struct {
	Peer  types.NodeID
	Group netgroup.Group
}

// Serve: send a peer the Frames of an answer, as its link has room; Served is told
// then. There is one at a time for each peer.
type Serve struct {
	Peer   types.NodeID
	Number uint64
	request
}

// What goes to the chain's store and to the mempool's file.
type (
	// Write: give blocks to the chain, each the parent of the next, or one of the decisions by
	// hand; Written is told then. There is one at a time.
	Write struct {
		Blocks []types.Block
		// Invalidate and Reconsider name a block of which that is decided; zero for none.
		Invalidate, Reconsider types.Hash
		Whole                  bool // a whole chain, which replaces ours if it is better
		// Expected are headers whose blocks are being fetched: see chain.Chain.Expect.
		Expected []types.Hash
	}
	// Follow: read the chain's way from a block to its tip for the mempool (see
	// mempool.Way); Followed are told. No Write is under way meanwhile.
	Follow struct{ From types.Hash }
	// Admit: read the sender's account and check a transfer (mempool.Pool.Check);
	// Admitted is told then. Peers take turns, blocks do not wait for transfers, and
	// those of one sender stay in order.
	Admit struct {
		Number      uint64 // of who waits for an Answer; 0 for a peer's transfer
		Transaction types.Transaction
		From        types.NodeID // the peer; zero for a client's
		Checked     bool         // before, so that only the account is to be read
	}
	// Persist: bring transfers to the disk that are not there yet; Persisted is
	// told then. Those that a reorg has undone, and that wait at At, come in one.
	Persist struct {
		Number    uint64
		Transfers []types.Transaction
		Undone    bool
		At        types.Hash
	}
)

// Tell: tell whoever watches the node what happened.
type Tell struct{ Data events.Data }

// Fail: end the node, as what it was told does not fit together.
type Fail struct{ Err error }

// What goes to clients and miners of this node.
type (
	// Answer: what came of what somebody asked for under a number. It has what the
	// question is about, and nothing else.
	Answer struct {
		Number    uint64
		Err       error
		Added     int           // nodes that were news, or blocks that became the tip or its ancestors
		Forgotten int           // nodes
		Blocks    []types.Block // that were mined
		Hashes    uint64        // that were tried for them, of those that were mined aside
		Result    *Written      // of a Replace, Invalidate or Reconsider
	}
	// Job: search for other blocks than until now. One for no blocks ends the
	// search.
	Job struct{ mining.Job }
)

func (Tell) Effect()    {}
func (Fail) Effect()    {}
func (Grouped) Effect() {}
func (Serve) Effect()   {}
func (Write) Effect()   {}
func (Follow) Effect()  {}
func (Admit) Effect()   {}
func (Persist) Effect() {}
func (Answer) Effect()  {}
func (Novelty) Effect() {}
func (Job) Effect()     {}
