package protocol

import (
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// Input is something that happened, which the engine is told of, or the core around it.
type Input interface{ Input() }

// The inputs of an engine.
type (
	// Connected: a link to a peer is up.
	Connected struct {
		Peer     types.NodeID
		Outbound bool // this node dialled
		// Address is the multiaddr that the link goes to or comes from; empty if unknown.
		Address string
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
	// TipMoved: the chain has another tip, whoever's doing it was.
	TipMoved struct {
		ID    types.Hash
		Block *types.Block // the tip's; nil if it is not at hand
		Own   bool         // no peer brought it
		// Withheld: peers are not told of that. What they are told says Publish.
		Withheld bool
	}
	// Publish: peers are told of the branch up to Tip, as if it were our main chain, and
	// of none of the Withheld.
	Publish struct {
		Tip      types.Hash
		Withheld []types.Hash
		// Blocks are stored blocks that are news to the engine, the tip's or a withheld one
		// among them: just written, or of the life before.
		Blocks []types.Block
		Secret types.Hash // a transfer of them that no peer may hear of; zero for none
		// Instead is the transfer whose place Secret took: to peers, it is pending until a block
		// that they know has it. Nil if one has, and without a Secret.
		Instead *types.Transaction
	}
	// Verified: the blocks of a Verify were given to the chain.
	Verified struct {
		Blocks []types.Block
		Err    error // of chain.Chain.AddBlocks
	}
	// Decided: blocks were invalidated by hand, or reconsidered.
	Decided struct{}
	// Admitted: a transaction was given to the mempool: that of an Admit, one
	// that a client posted, or one that a reorg put back.
	Admitted struct {
		Transaction types.Transaction
		Err         error // of the mempool
	}
	// Learned: somebody who is trusted named other nodes.
	Learned struct{ Nodes []types.NodeInfo }
	// Seeded: a seed named other nodes. Anybody may have introduced himself there.
	Seeded struct {
		Seed  string         // its address
		Reach netgroup.Reach // of what it can know of, as netgroup.Teller has it
		Nodes []types.NodeInfo
	}
	// Restored: what the node knew of others in its last life. It comes first.
	Restored struct{ Book Book }
	// Departed: somebody who is trusted says that nodes have left in order.
	Departed struct{ Nodes []types.NodeID }
	// Redial: somebody who is trusted says that nodes can be reached again.
	Redial struct{ Nodes []types.NodeID }
	// Barred: somebody who is trusted keeps nodes out for so long, or lets them in again if
	// that is zero.
	Barred struct {
		Nodes []types.NodeID
		For   time.Duration
	}
	// Connect: somebody wants a link with a node that is known, beside those that the
	// engine seeks.
	Connect struct{ Node types.NodeID }
	// Disconnect: somebody wants the link with a peer ended, and none for so long.
	Disconnect struct {
		Peer types.NodeID
		Wait time.Duration
	}
	// Leave: this node ends for good.
	Leave struct{}
	// Resolve: somebody wants to be told once the chain has caught up with every
	// peer. The answer is a Resolved with the same number.
	Resolve struct{ Number uint64 }
	// Wake: the time of NextWake has come.
	Wake struct{}
)

func (Connected) Input()    {}
func (Disconnected) Input() {}
func (DialFailed) Input()   {}
func (Received) Input()     {}
func (TipMoved) Input()     {}
func (Publish) Input()      {}
func (Verified) Input()     {}
func (Decided) Input()      {}
func (Admitted) Input()     {}
func (Learned) Input()      {}
func (Seeded) Input()       {}
func (Restored) Input()     {}
func (Departed) Input()     {}
func (Redial) Input()       {}
func (Barred) Input()       {}
func (Connect) Input()      {}
func (Disconnect) Input()   {}
func (Leave) Input()        {}
func (Resolve) Input()      {}
func (Wake) Input()         {}
