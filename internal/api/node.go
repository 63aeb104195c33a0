package api

import (
	"errors"

	"networkmngr/internal/types"
)

// Info answers GET /node/id.
type Info struct {
	types.NodeInfo
	Account  types.Address    `json:"account"`  // that it mines for
	Software string           `json:"software"` // name and version
	Network  string           `json:"network"`
	Genesis  types.Hash       `json:"genesis"`
	Tip      Tip              `json:"tip"`
	Known    int              `json:"node_count"` // other nodes that the node knows
	Nodes    []types.NodeInfo `json:"nodes"`      // those, or the part of them that was asked for
	Lab      string           `json:"lab,omitempty"`
	// ClockOffset is by how much the node's wall clock is ahead of its machine's, as
	// "1m30s"; empty if it is not.
	ClockOffset string `json:"clock_offset,omitempty"`
}

// Tip is a main chain's last block.
type Tip struct {
	Index uint64     `json:"index"`
	Hash  types.Hash `json:"hash"`
}

// TipNow answers GET /tip.
type TipNow struct {
	Tip
	TotalWork string `json:"total_work"` // expected hashes, decimal
}

// Chain answers GET /chain, and is the body of POST /chain/replace. Length is
// that of the whole chain, also where Chain is a part of it.
type Chain struct {
	Length uint64        `json:"length"`
	Chain  []types.Block `json:"chain"` // lowest first
}

// Blocks answers GET /blocks.
type Blocks struct {
	Length uint64        `json:"length"` // of the whole chain
	Blocks []types.Block `json:"blocks"` // highest first
	Next   *uint64       `json:"next"`   // ?from= of the page below, null after genesis
}

// Blockchain answers GET and PUT /blockchain.
type Blockchain struct {
	Name              string       `json:"name"`
	Genesis           types.Hash   `json:"genesis"`
	Height            uint64       `json:"height"`
	TotalTransactions uint64       `json:"total_transactions"` // coinbases and those of genesis too
	TotalAddresses    uint64       `json:"total_addresses"`    // that were ever paid
	BlockTime         uint32       `json:"block_time"`         // seconds
	HalfLife          uint32       `json:"half_life"`          // of the difficulty, seconds
	BlockReward       types.Amount `json:"block_reward"`       // of the next block, without fees
	TotalWork         string       `json:"total_work"`         // expected hashes, decimal
}

// Changed answers POST /chain/replace, POST /block/new and /chain/sync.
type Changed struct {
	Message    string `json:"message"`
	Replaced   bool   `json:"replaced"` // the tip moved
	Length     uint64 `json:"length"`
	ReorgDepth uint64 `json:"reorg_depth"` // blocks of ours that left the main chain
}

// Decided answers POST /blocks/:id/invalidate and /blocks/:id/reconsider.
type Decided struct {
	Changed
	Block       Tip   `json:"block"`
	Invalidated bool  `json:"invalidated"` // by hand; false once it is reconsidered
	Decisions   []Tip `json:"decisions"`   // blocks that are invalidated since, or are no more: for a block, one on its branch may have been
	Applied     int   `json:"applied"`     // blocks that came to the main chain
}

// Notice is the body of POST /block/new. All of it may be left out.
type Notice struct {
	Block  *types.Block `json:"block,omitempty"`
	Hash   *types.Hash  `json:"hash,omitempty"`
	Sender string       `json:"sender,omitempty"` // for the log only
}

// Mined answers /mine.
type Mined struct {
	Message   string             `json:"message"`
	Block     types.NamedBlock   `json:"block"`            // the last one
	BlockData types.NamedBlock   `json:"block_data"`       // the same, by the name that a tutorial has for it
	Blocks    []types.NamedBlock `json:"blocks,omitempty"` // all, if more than one was asked for
	Hashes    uint64             `json:"hashes,omitempty"` // that were tried for what was mined aside

	Names map[string]string `json:"names"` // of addresses in the blocks; see Parties
}

// JSONParts implements httpserver.InParts: a full block has 2 MB of JSON, twice.
func (m Mined) JSONParts() ([][]byte, error) {
	block, err := m.Block.MarshalJSON()
	data, dataErr := m.BlockData.MarshalJSON()
	message, messageErr := types.MarshalPlain(m.Message)
	rest, restErr := types.MarshalPlain(afterBlock{m.Blocks, m.Hashes, m.Names})
	if err := errors.Join(err, dataErr, messageErr, restErr); err != nil {
		return nil, err
	}
	rest[0] = ',' // for its brace
	return [][]byte{[]byte(`{"message":`), message, []byte(`,"block":`), block, []byte(`,"block_data":`), data, rest, []byte("\n")}, nil
}

// afterBlock is the end of a Mined. It has one field at least.
type afterBlock struct {
	Blocks []types.NamedBlock `json:"blocks,omitempty"`
	Hashes uint64             `json:"hashes,omitempty"`
	Names  map[string]string  `json:"names"`
}

// Mining answers GET and PUT /mining.
type Mining struct {
	Message   string         `json:"message,omitempty"` // of PUT
	Settings  MiningSettings `json:"settings"`
	Strategy  StrategyState  `json:"strategy"`
	Searching bool           `json:"searching"` // for a block, now
	Solver    string         `json:"solver"`    // "cpu", or "paced" where hashes are waited for instead of done
	Hashrate  float64        `json:"hashrate"`  // achieved hashes a second, over the last 5 to 10 seconds of search
	Hashes    uint64         `json:"hashes"`    // since the node's start
	Blocks    uint64         `json:"blocks"`    // that have become the tip, since the node's start
}

// MiningSettings say when a node mines, and with what.
type MiningSettings struct {
	Mode     string  `json:"mode"`     // "off", "demand", "interval", "pending" or "continuous"
	Interval float64 `json:"interval"` // seconds from one block to the next, of mode interval; else 0
	Blocks   int     `json:"blocks"`   // to mine by the mode, and then to rest; 0 for no end
	Threads  int     `json:"threads"`  // that hash
	Hashrate float64 `json:"hashrate"` // hashes a second to do at most; 0 for as many as the threads can
	Paced    bool    `json:"paced"`    // the time of Hashrate is waited for instead of hashed through
}

// StrategyState is the strategy by which a node mines, and what has come of it. Own and
// Public are blocks above the last common block of the node's own branch and the best
// one that its peers know of; both are 0 of a node that withholds nothing.
type StrategyState struct {
	StrategyChoice
	Own      int `json:"own"`
	Public   int `json:"public"`
	Ahead    int `json:"ahead"`    // Own less Public
	Withheld int `json:"withheld"` // of Own, what no peer was told of
	// Of a double spend: the transfer that is to be undone, the one that contradicts it,
	// how many confirmations the first has, and what became of it: "won" or "given-up",
	// nothing while it goes on.
	Payment   *types.Hash `json:"payment,omitempty"`
	Conflict  *types.Hash `json:"conflict,omitempty"`
	Confirmed int         `json:"confirmed,omitempty"`
	Outcome   string      `json:"outcome,omitempty"`
}

// MiningChange is the body of PUT /mining. What is nil stays as it is, but that a
// Mode begins with an Interval and Blocks of 0.
type MiningChange struct {
	Mode     *string  `json:"mode,omitempty"`
	Interval *float64 `json:"interval,omitempty"`
	Blocks   *int     `json:"blocks,omitempty"`
	Threads  *int     `json:"threads,omitempty"`
	Hashrate *float64 `json:"hashrate,omitempty"`
	Paced    *bool    `json:"paced,omitempty"`
	// Strategy is what is mined by from now on.
	Strategy *Strategy `json:"strategy,omitempty"`
}

// Registered answers POST /nodes/register and POST /peers.
type Registered struct {
	Message string `json:"message"`
	Added   int    `json:"added"` // that were not known before
}

// Forgotten answers POST /nodes/forget.
type Forgotten struct {
	Message   string `json:"message"`
	Forgotten int    `json:"forgotten"` // that were known before
}

// Submitted answers POST /transactions.
type Submitted struct {
	Message  string     `json:"message"`
	ID       types.Hash `json:"id"`
	Location string     `json:"location"` // where to look at it
}

// Message answers /shutdown.
type Message struct {
	Message string `json:"message"`
}

// Health answers GET /healthz.
type Health struct {
	Status   string   `json:"status"`             // "ok", or "degraded" if there are problems
	Problems []string `json:"problems,omitempty"` // which the node works in spite of
}

// The types of a News, and that of a Misheard.
const (
	TipNews   = "tip"
	BlockNews = "block"
	ReorgNews = "reorg"
	ErrorNews = "error"
)

// Misheard tells a listener that a message of its own was no good.
type Misheard struct {
	Type  string `json:"type"` // "error"
	Error *Error `json:"error"`
}

// News is what a listener is told: first the tip, then each block that comes
// to the main chain, lowest first, and before those of a reorg what it undid.
type News struct {
	Type     string       `json:"type"`               // "tip", "block" or "reorg"
	Length   uint64       `json:"length"`             // of the chain after this
	Block    *types.Block `json:"block,omitempty"`    // of tip and block: the last one
	Reverted []Tip        `json:"reverted,omitempty"` // of reorg: no longer on the main chain, highest first
}
