package protocol

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"time"
)

// errFlood means that a peer goes on with more than anybody needs.
var errFlood = errors.New("floods us")

// Limits are what each peer may cost. What goes beyond is ignored, and who goes
// on is barred; so they are far above what any honest node says or asks for,
// also while it catches up.
type Limits struct {
	HeadersAsked        Limit // messages; each is answered by 2,000 headers at most
	BlocksAsked         Limit // blocks, and messages that ask for parts of one
	TransactionsAsked   Limit // ids
	TransactionsOffered Limit // ids
	NotFoundTold        Limit // ids, of blocks and transactions
	HeadersTold         Limit // without our asking, those of blocks too
	NodesTold           Limit
	Pongs               Limit // that it asks for; those beyond come later
	Fills               Limit // compact blocks whose header is no news; those beyond are asked for as a whole
	Ignored             Limit // messages, before it is barred
}

// DefaultLimits suit nodes that share a machine, where nothing else is slow.
func DefaultLimits() Limits {
	return Limits{
		HeadersAsked:        Limit{1000, 5 * time.Millisecond},
		BlocksAsked:         Limit{20_000, 10 * time.Microsecond},
		TransactionsAsked:   Limit{2 * maxOffered, 100 * time.Microsecond},
		TransactionsOffered: Limit{3 * maxOffered, 100 * time.Microsecond},
		NotFoundTold:        Limit{3 * maxOffered, 100 * time.Microsecond},
		HeadersTold:         Limit{200_000, 20 * time.Microsecond},
		NodesTold:           Limit{4 * maxBook, time.Millisecond},
		Pongs:               Limit{2000, 500 * time.Microsecond},
		Fills:               Limit{64, 250 * time.Millisecond},
		Ignored:             Limit{100, time.Second},
	}
}

// validate names the first limit that would keep out what one message may hold.
func (l *Limits) validate() error {
	return cmp.Or(
		l.HeadersAsked.validate("HeadersAsked", 1),
		l.BlocksAsked.validate("BlocksAsked", maxPeerBlocks),
		l.TransactionsAsked.validate("TransactionsAsked", maxIDs),
		l.TransactionsOffered.validate("TransactionsOffered", maxIDs),
		l.NotFoundTold.validate("NotFoundTold", maxIDs),
		l.HeadersTold.validate("HeadersTold", maxHeaders),
		l.NodesTold.validate("NodesTold", maxEntries),
		l.Pongs.validate("Pongs", 1),
		l.Fills.validate("Fills", 1),
		l.Ignored.validate("Ignored", 1),
	)
}

func (l Limit) validate(name string, least int) error {
	if l.Burst >= least && l.Interval > 0 {
		return nil
	}
	return fmt.Errorf("protocol: %s is %d and one each %s, want at least %d and an interval", name, l.Burst, l.Interval, least)
}

// spending is what a peer has cost of late.
type spending struct {
	headersAsked, blocksAsked, transactionsAsked       budget
	transactionsOffered, headersTold, nodesTold, pongs budget
	notFoundTold, fills, ignored                       budget
}

// affords reports whether m is within what p may cost. If it is not, it must be
// ignored.
func (e *Engine) affords(p *peer, m Message) bool {
	from, count, limit := e.price(p, m)
	if from == nil || from.take(e.now, max(1, count), limit) {
		return true
	}
	e.ignored(p, m)
	return false
}

// ignored notes that a message of p was ignored, and bars who goes on.
func (e *Engine) ignored(p *peer, m Message) {
	if !p.spent.ignored.take(e.now, 1, e.config.Limits.Ignored) {
		e.punish(p, fmt.Errorf("%w with %T", errFlood, m))
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
	case !p.ready:
		e.drop(p, errOutOfTurn)
	case part && p.partial.awaits(frame[1:]), !part && p.asked+p.late > 0:
		return true
	case part:
		e.ignored(p, BlockTransactions{})
	default:
		e.drop(p, errUnasked)
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

// price is what m costs, and which of p's budgets. It is nil for what is bounded
// by our own questions.
func (e *Engine) price(p *peer, m Message) (from *budget, count int, limit Limit) {
	limits := &e.config.Limits
	switch m := m.(type) {
	case GetHeaders:
		return &p.spent.headersAsked, 1, limits.HeadersAsked
	case GetBlocks:
		return &p.spent.blocksAsked, len(m.IDs), limits.BlocksAsked
	case GetBlockTransactions:
		return &p.spent.blocksAsked, 1 + len(m.Indexes)/indexesPerBlock, limits.BlocksAsked
	case GetTransactions:
		return &p.spent.transactionsAsked, len(m.IDs), limits.TransactionsAsked
	case Have:
		return &p.spent.transactionsOffered, len(m.IDs), limits.TransactionsOffered
	case NotFound:
		return &p.spent.notFoundTold, len(m.IDs), limits.NotFoundTold
	case Headers:
		if !m.Answer || p.headersDue.IsZero() {
			return &p.spent.headersTold, len(m.Headers), limits.HeadersTold
		}
	case Compact:
		return &p.spent.headersTold, 1, limits.HeadersTold
	case Addresses:
		return &p.spent.nodesTold, len(m.Entries), limits.NodesTold
	}
	return nil, 0, Limit{}
}
