package protocol

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// errFlood means that a peer goes on with more than anybody needs.
var errFlood = errors.New("floods us")

// Limits are what each peer may cost. What goes beyond is ignored, and who goes
// on is banned; so they are far above what any honest node says or asks for,
// also while it catches up. The burst of each must let through the longest message.
type Limits struct {
	HeadersAsked        Limit // messages; each is answered by 2,000 headers at most
	BlocksAsked         Limit // blocks, and messages that ask for parts of one
	TransactionsAsked   Limit // ids
	TransactionsOffered Limit // ids
	NotFoundTold        Limit // ids, of blocks and transactions
	HeadersUnsolicited  Limit // without our asking, those of blocks too
	Addresses           Limit
	Pongs               Limit // that it asks for; those beyond come later
	Fills               Limit // compact blocks whose header is no news; those beyond are asked for as a whole
	Scans               Limit // messages for which all that is pending is looked through
	Ignored             Limit // messages, before it is banned
}

// DefaultLimits suit nodes that share a machine, where nothing else is slow.
func DefaultLimits() Limits {
	return Limits{
		HeadersAsked:        Limit{1000, 5 * time.Millisecond},
		BlocksAsked:         Limit{20_000, 10 * time.Microsecond},
		TransactionsAsked:   Limit{2 * maxAnnounced, 100 * time.Microsecond},
		TransactionsOffered: Limit{3 * maxAnnounced, 100 * time.Microsecond},
		NotFoundTold:        Limit{3 * maxAnnounced, 100 * time.Microsecond},
		HeadersUnsolicited:  Limit{200_000, 20 * time.Microsecond},
		Addresses:           Limit{4 * maxBook, time.Millisecond},
		Pongs:               Limit{2000, 500 * time.Microsecond},
		Fills:               Limit{64, 250 * time.Millisecond},
		Scans:               Limit{64, 250 * time.Millisecond},
		Ignored:             Limit{100, time.Second},
	}
}

// buckets is what a peer has cost recently.
type buckets struct {
	headersAsked, blocksAsked, transactionsAsked              bucket
	transactionsOffered, headersUnsolicited, addresses, pongs bucket
	notFoundTold, fills, scans, ignored                       bucket
}

// allow reports whether m is within what p may cost. If it is not, it must be
// ignored.
func (e *Engine) allow(p *peer, m Message) bool {
	from, count, limit := e.cost(p, m)
	if from == nil || from.take(e.now, max(1, count), limit) {
		return true
	}
	e.ignored(p, m)
	return false
}

// ignored notes that a message of p was ignored, and bans who goes on.
func (e *Engine) ignored(p *peer, m Message) {
	if !p.buckets.ignored.take(e.now, 1, e.config.Limits.Ignored) {
		e.ban(p, fmt.Errorf("%w with %T", errFlood, m))
	}
}

// awaits is false for a frame of transactions that nobody asked for, by its first
// bytes: many fit a frame, and to decode them would keep honest frames waiting.
// Those of a compact block whose place another one has taken may come late.
func (e *Engine) awaits(p *peer, frame []byte) bool {
	part := hasKind(frame, kindBlockTransactions)
	switch {
	case !part && !hasKind(frame, kindTransactions):
		return true
	case part && p.partial.awaits(frame[1:]), !part && p.askedTxs+p.lateTxs > 0:
		return true
	case part:
		e.ignored(p, BlockTransactions{})
	default:
		e.drop(p, errUnsolicited)
	}
	return false
}

func hasKind(frame []byte, k kind) bool { return len(frame) > 0 && kind(frame[0]) == k }

// awaits reports whether the fields of a BlockTransactions begin with the id of
// the block that is being filled, which is nil for none.
func (p *partial) awaits(fields []byte) bool {
	if p == nil {
		return false
	}
	return bytes.HasPrefix(fields, p.id[:])
}

// indexesPerBlock is how many transactions of a block cost as much as a block
// that is asked for: to name them takes a peer four bytes each.
const indexesPerBlock = 64

// shortIDsPerScan is how many short ids cost as much to look up as the mempool to go through.
const shortIDsPerScan = 4096

// cost is what m costs, and which of p's buckets. It is nil for what is bounded
// by our own questions, and for what costs no more than to read it.
func (e *Engine) cost(p *peer, m Message) (from *bucket, count int, limit Limit) {
	limits := &e.config.Limits
	switch m := m.(type) {
	case GetHeaders:
		return &p.buckets.headersAsked, 1, limits.HeadersAsked
	case GetBlocks:
		return &p.buckets.blocksAsked, len(m.IDs), limits.BlocksAsked
	case GetCompact:
		return &p.buckets.blocksAsked, 1, limits.BlocksAsked
	case GetBlockTransactions:
		return &p.buckets.blocksAsked, 1 + len(m.Indexes)/indexesPerBlock, limits.BlocksAsked
	case GetTransactions:
		return &p.buckets.transactionsAsked, len(m.IDs), limits.TransactionsAsked
	case Have:
		return &p.buckets.transactionsOffered, len(m.IDs), limits.TransactionsOffered
	case HaveShort:
		return &p.buckets.scans, 1 + len(m.ShortIDs)/shortIDsPerScan, limits.Scans
	case GetHave:
		return &p.buckets.scans, 1 + len(m.ShortIDs)/shortIDsPerScan, limits.Scans
	case NotFound:
		return &p.buckets.notFoundTold, len(m.IDs), limits.NotFoundTold
	case Headers:
		if !m.Answer || p.headersDue.IsZero() {
			return &p.buckets.headersUnsolicited, len(m.Headers), limits.HeadersUnsolicited
		}
	case Compact:
		return &p.buckets.headersUnsolicited, 1, limits.HeadersUnsolicited
	case Addresses:
		return &p.buckets.addresses, len(m.Nodes), limits.Addresses
	}
	return nil, 0, Limit{}
}
