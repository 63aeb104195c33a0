package protocol

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/dchest/siphash"

	"networkmngr/internal/types"
)

// ShortID is the first bytes of the SipHash-2-4 of a transaction's id, keyed by a salt, and
// in a compact block by its header too (BIP 152). Two ends of a link often send each other
// one block at the same time: with five bytes instead of that BIP's six, both together are
// less than a twentieth of a block of 1 MB with 4,000 transfers. Where 20,000 others wait,
// one clashes by chance in one of 14,000 such blocks, which is then fetched whole.
type ShortID [5]byte

// shortKey is the SipHash key of short ids: the first 16 bytes of the SHA-256 of what they
// are keyed by.
type shortKey struct{ k0, k1 uint64 }

func newShortKey(h types.Header, salt uint64) shortKey {
	header := h.Encode()
	return shortKeyOf(header[:], salt)
}

func shortKeyOf(prefix []byte, salt uint64) shortKey {
	sum := sha256.Sum256(binary.LittleEndian.AppendUint64(prefix, salt))
	return shortKey{
		k0: binary.LittleEndian.Uint64(sum[0:]),
		k1: binary.LittleEndian.Uint64(sum[8:]),
	}
}

func (k shortKey) of(id types.Hash) (short ShortID) {
	var sum [8]byte
	binary.LittleEndian.PutUint64(sum[:], siphash.Hash(k.k0, k.k1, id[:]))
	copy(short[:], sum[:])
	return short
}

// newCompact announces b, whose transactions have these ids, with its coinbase, which
// nobody else has.
func newCompact(b *types.Block, ids []types.Hash, salt uint64) Compact {
	key := newShortKey(b.Header, salt)
	m := Compact{Header: b.Header, Salt: salt, Coinbase: b.Transactions[0]}
	if len(ids) > 1 {
		m.ShortIDs = make([]ShortID, len(ids)-1)
	}
	for i, id := range ids[1:] {
		m.ShortIDs[i] = key.of(id)
	}
	return m
}

// partial is a compact block that is being filled.
type partial struct {
	id      types.Hash
	block   types.Block
	ids     []types.Hash        // of its transactions
	missing []uint32            // indexes without a transaction, increasing
	fetched map[types.Hash]bool // transactions that pool did not have; nil for none
	from    source
}

// newPartial fills in what pool has. Two pending transactions with one short
// id leave the place open.
func newPartial(id types.Hash, m *Compact, pool Pool) *partial {
	places := 1 + len(m.ShortIDs)
	p := &partial{
		id: id, ids: make([]types.Hash, places),
		block: types.Block{Header: m.Header, Transactions: make([]types.Transaction, places)},
	}
	p.put(0, m.Coinbase.ID(), &m.Coinbase)
	if places == 1 {
		return p
	}
	p.match(m, pool)
	for i := 1; i < places; i++ {
		if p.ids[i].IsZero() {
			p.missing = append(p.missing, uint32(i))
		}
	}
	return p
}

func (p *partial) put(index int, id types.Hash, t *types.Transaction) {
	p.ids[index], p.block.Transactions[index] = id, *t
}

// maxFilling bounds the places of all compact blocks that are being filled, as
// each takes some 200 bytes.
const maxFilling = 8 * maxTransactions

// allowFill reports whether a compact block of p may be filled from the
// mempool. All of that is gone through, as the short ids of each block have a
// key of their own and so no index of them lasts; p pays by the proof of work of
// a header that is news, or from its bucket.
func (e *Engine) allowFill(p *peer, m *Compact, news bool) bool {
	places := len(m.ShortIDs)
	for _, other := range e.peers {
		if other.partial != nil {
			places += len(other.partial.block.Transactions)
		}
	}
	return places <= maxFilling && (news || p.buckets.fills.take(e.now, 1, e.config.Limits.Fills))
}

// match puts the pending transactions in the places that their short ids have in m.
func (p *partial) match(m *Compact, pool Pool) {
	key := newShortKey(m.Header, m.Salt)
	places := make(map[ShortID]int, len(m.ShortIDs))
	for i, short := range m.ShortIDs {
		places[short] = i + 1
	}
	clashes := make(map[int]bool)
	for id, t := range pool.All() {
		at, wanted := places[key.of(id)]
		switch {
		case !wanted || clashes[at]:
		case p.ids[at].IsZero():
			p.put(at, id, t)
		default:
			clashes[at] = true
			p.put(at, types.Hash{}, &types.Transaction{})
		}
	}
}

// fill puts the transactions that were missing in their places; false if they
// are not as many.
func (p *partial) fill(transactions []types.Transaction) bool {
	if len(transactions) != len(p.missing) {
		return false
	}
	p.fetched = make(map[types.Hash]bool, len(transactions))
	for i, index := range p.missing {
		id := transactions[i].ID()
		p.put(int(index), id, &transactions[i])
		p.fetched[id] = true
	}
	p.missing = nil
	return true
}

// verified reports whether the block's transaction with this id was pending here, and so was
// checked. It costs less than to look each up in the mempool again.
func (p *partial) verified(id types.Hash) bool { return !p.fetched[id] }
