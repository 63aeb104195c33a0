package core

import (
	"time"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// Peer is what is known of a connected node.
type Peer = protocol.PeerStatus

// Work is what a machine has done that costs more than a small input does.
type Work = protocol.Work

// Input is something that happened, of which the machine is told.
type Input interface{ input() }

// What comes of links.
type (
	// Connected: a link to a peer is up.
	Connected struct {
		Peer     types.NodeID
		Outbound bool // this node dialled
	}
	// Disconnected: the link is down. It is also told of links that a Drop ended.
	Disconnected struct{ Peer types.NodeID }
	// DialFailed: a Dial came to nothing.
	DialFailed struct{ Peer types.NodeID }
	// Received: a peer sent a frame.
	Received struct {
		Peer  types.NodeID
		Frame []byte
	}
	// Served: all of the answer of a Serve is sent, or the link is gone. Err says
	// that the question makes no sense.
	Served struct {
		Peer   types.NodeID
		Number uint64
		Err    error
	}
)

// What came of other effects.
type (
	// Written: what the Write under way has done, and the error, of
	// chain.Chain.AddBlocks or Replace.
	Written struct {
		Change chain.Change
		Err    error
	}
	// Followed: a step of what a Follow has read. Several come, the last of them
	// with Step.Last.
	Followed struct{ Step mempool.Step }
	// Admitted: what came of an Admit, or what a client posts.
	Admitted struct {
		Number      uint64       // of who waits for an Answer; 0 for a peer's transfer
		From        types.NodeID // the peer; zero for a client's
		Transaction types.Transaction
		Account     consensus.Account // the sender's
		At          types.Hash        // the block that Account is the state after
		Err         error             // of mempool.Pool.Check
	}
	// Persisted: the transfers of Persists are on disk, or could not be brought
	// there.
	Persisted struct {
		Numbers []uint64
		Err     error
	}
)

// What clients of this node want. Each is told by an Answer with the same number.
type (
	// Learned: somebody who is trusted named other nodes.
	Learned struct {
		Number uint64
		Nodes  []types.NodeInfo
	}
	// Resolve: somebody wants to be told once the chain has caught up with every
	// peer.
	Resolve struct{ Number uint64 }
	// Replace: somebody brings a whole chain, genesis first, or a Part of one that
	// stands on a known block.
	Replace struct {
		Number uint64
		Blocks []types.Block
		Part   bool
	}
	// Mine: somebody wants so many blocks, each with this data.
	Mine struct {
		Number uint64
		Count  int
		Data   []byte
	}
	// Solved: blocks were found, each on top of the one before. The Answer says how
	// many of them became the tip or its ancestors.
	Solved struct {
		Number uint64
		Call   uint64 // of the Job
		Found  []mining.Found
	}
	// SetMining: somebody has the node mine by other settings, which are valid.
	SetMining struct {
		Number   uint64
		Settings mining.Settings
	}
	// Publish: peers are told of what this node has withheld. There is no Answer.
	Publish struct{}
	// Watch: somebody wants to be told of each transfer, or nobody any more. There is
	// no Answer.
	Watch struct{ Verbose bool }
	// Cancel: who asked for a Mine with a number does not wait any more. What was
	// mined for it is answered still.
	Cancel struct{ Number uint64 }
)

// What time brings.
type (
	// Wake: the time of Machine.NextWake has come.
	Wake struct{}
	// Clock: the wall clock is so far ahead of the time that inputs come with.
	Clock struct{ Ahead time.Duration }
)

func (Connected) input()    {}
func (Disconnected) input() {}
func (DialFailed) input()   {}
func (Received) input()     {}
func (Served) input()       {}
func (Written) input()      {}
func (Followed) input()     {}
func (Admitted) input()     {}
func (Persisted) input()    {}
func (Learned) input()      {}
func (Resolve) input()      {}
func (Replace) input()      {}
func (Mine) input()         {}
func (Solved) input()       {}
func (Cancel) input()       {}
func (SetMining) input()    {}
func (Publish) input()      {}
func (Watch) input()        {}
func (Wake) input()         {}
func (Clock) input()        {}
