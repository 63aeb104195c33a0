package core

import (
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// MaxFrame bounds a frame, in bytes.
const MaxFrame = protocol.MaxFrame

// Effect is something that the machine wants done.
type Effect interface{ effect() }

// What goes to peers.
type (
	// Send: give a frame to the link with a peer. It must not wait.
	Send struct {
		Peer    types.NodeID
		Frame   []byte           // shared by all who hear the same
		Message protocol.Message // what the frame says, for who observes
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
	// Serve: send a peer the frames of an answer, as its link has room; Served is
	// told then. There is one at a time for each peer.
	Serve struct {
		Peer     types.NodeID
		Number   uint64
		Question Question
	}
)

// What goes to the chain's store and to the mempool's file.
type (
	// Write: give blocks to the chain, each the parent of the next; Written is
	// told then. There is one at a time.
	Write struct {
		Blocks []types.Block
		Whole  bool // a whole chain, which replaces ours if it is better
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
	// Discard: forget the Admits of a peer that have not begun, for which nobody
	// waits any more.
	Discard struct{ Peer types.NodeID }
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
		Number uint64
		Err    error
		Added  int           // nodes that were news, or blocks that became the tip or its ancestors
		Blocks []types.Block // that were mined
		Result *Written      // of a Replace
	}
	// Job: search for other blocks than until now. One for no blocks ends the
	// search.
	Job struct{ mining.Job }
)

func (Tell) effect()    {}
func (Fail) effect()    {}
func (Send) effect()    {}
func (Drop) effect()    {}
func (Dial) effect()    {}
func (Serve) effect()   {}
func (Write) effect()   {}
func (Follow) effect()  {}
func (Admit) effect()   {}
func (Discard) effect() {}
func (Persist) effect() {}
func (Answer) effect()  {}
func (Job) effect()     {}
