package core

import (
	"time"

	"networkmngr/internal/addrman"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// Peer is what is known of a connected node.
type Peer = protocol.PeerStatus

// LinkType says how a link came about.
type LinkType = protocol.LinkType

// Latency is how long a peer took to answer.
type Latency = protocol.Latency

// Book is what a node keeps of others over restarts.
type Book = protocol.Book

// What a Book has of the tables of addresses.
type (
	AddressState  = addrman.State
	AddressKey    = addrman.Key
	StoredAddress = addrman.Stored
)

// AddressRow is one place in the tables of addresses that others have told of.
type AddressRow = addrman.Row

// Work is what a machine has done that costs more than a small input does.
type Work = protocol.Work

// Input is something that happened, of which the machine is told.
type Input = protocol.Input

// Inputs of the protocol engine, of which the machine is told as they are.
type (
	Connected    = protocol.Connected
	Disconnected = protocol.Disconnected
	DialFailed   = protocol.DialFailed
	Received     = protocol.Received
	Restored     = protocol.Restored // it comes first
	Leave        = protocol.Leave
	Resolve      = protocol.Resolve // the Answer has the same number
	Wake         = protocol.Wake    // the time of Machine.NextWake has come
)

// What came of effects.
type (
	// Served: all of the answer of a Serve is sent, or the link is gone. Err says
	// that the request makes no sense.
	Served struct {
		Peer   types.NodeID
		Number uint64
		Err    error
	}
	// Written: what the Write under way has done, and the error, of
	// chain.Chain.AddBlocks or Replace.
	Written struct {
		Change chain.Change
		Err    error
		Joined []types.Block // of the last blocks that came to the main chain, those that the Write did not bring
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
	// Seeded: a seed named other nodes. Anybody may have introduced himself there.
	Seeded struct {
		Number uint64
		Seed   string         // its address
		Reach  netgroup.Reach // of what it can know of, as netgroup.Teller has it
		Nodes  []types.NodeInfo
	}
	// Departed: somebody who is trusted says that nodes have left in order.
	Departed struct {
		Number uint64
		Nodes  []types.NodeID
	}
	// Redial: somebody who is trusted says that nodes can be reached again.
	Redial struct {
		Number uint64
		Nodes  []types.NodeID
	}
	// Barred: somebody who is trusted keeps nodes out for so long, or lets them in again if
	// that is zero.
	Barred struct {
		Number uint64
		Nodes  []types.NodeID
		For    time.Duration
	}
	// Connect: somebody wants a link with a node that is known, beside those that are
	// sought.
	Connect struct {
		Number uint64
		Node   types.NodeID
	}
	// Disconnect: somebody wants the link with a peer ended, and none for so long.
	Disconnect struct {
		Number uint64
		Peer   types.NodeID
		Wait   time.Duration
	}
	// Replace: somebody brings a whole chain, genesis first, or a Part of one that
	// stands on a known block.
	Replace struct {
		Number uint64
		Blocks []types.Block
		Part   bool
	}
	// Mine: somebody wants so many blocks, each with this data. With From, they are mined
	// aside, from that block on, until they outweigh the main chain: Count at most.
	Mine struct {
		Number uint64
		Count  int
		Data   []byte
		From   types.Hash // zero for the tip
	}
	// Invalidate: somebody wants a block, and all that follows, off the main chain,
	// whatever the rules say. Reconsider takes that back. See chain.Chain.Invalidate.
	Invalidate struct {
		Number uint64
		Block  types.Hash
	}
	Reconsider struct {
		Number uint64
		Block  types.Hash
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
	// Attack: somebody has the node begin the double spend of Settings, if the mempool takes
	// its payment. Without that nothing changes.
	Attack struct {
		Number   uint64
		Settings mining.Settings
	}
	// Watch: somebody wants to be told of each transfer, or nobody any more. There is
	// no Answer.
	Watch struct{ Verbose bool }
	// Cancel: who asked for a Mine with a number does not wait any more. What was
	// mined for it is answered still.
	Cancel struct{ Number uint64 }
)

// Clock: the wall clock is so far ahead of the time that inputs come with.
type Clock struct{ Ahead time.Duration }

func (Served) Input()     {}
func (Written) Input()    {}
func (Followed) Input()   {}
func (Admitted) Input()   {}
func (Persisted) Input()  {}
func (Learned) Input()    {}
func (Seeded) Input()     {}
func (Departed) Input()   {}
func (Redial) Input()     {}
func (Barred) Input()     {}
func (Connect) Input()    {}
func (Disconnect) Input() {}
func (Replace) Input()    {}
func (Mine) Input()       {}
func (Invalidate) Input() {}
func (Reconsider) Input() {}
func (Solved) Input()     {}
func (Cancel) Input()     {}
func (SetMining) Input()  {}
func (Attack) Input()     {}
func (Watch) Input()      {}
func (Clock) Input()      {}

// Inputs has one of each kind, for whoever writes them down.
var Inputs = []Input{
	Connected{}, Disconnected{}, DialFailed{}, Received{}, Served{},
	Written{}, Followed{}, Admitted{}, Persisted{},
	Restored{}, Learned{}, Seeded{}, Departed{}, Redial{}, Barred{}, Connect{}, Disconnect{}, Leave{}, Resolve{}, Replace{}, Invalidate{}, Reconsider{}, Mine{}, Solved{}, SetMining{}, Attack{}, Watch{}, Cancel{},
	Wake{}, Clock{},
}
