package types

import (
	"crypto/ed25519"
	"slices"
)

// MaxBlockSize bounds an encoded block, in bytes.
const MaxBlockSize = 1 << 20

// Block is a header and the transactions that its Merkle root commits to, the
// coinbase first.
type Block struct {
	Header
	Transactions []Transaction

	ids     []Hash    // of the transactions; nil before Identify
	senders []Address // nil before Identify
	root    Hash      // of the Merkle tree over ids; zero before KeepRoot
}

// Identify keeps the ids of b's transactions with b, and their senders: ids must be
// b.TransactionIDs(). Neither costs anything from then on, nor does it for copies of b.
// Nobody may change the transactions any more.
func (b *Block) Identify(ids []Hash) { b.ids, b.senders = slices.Clip(ids), b.Senders() }

// KeepRoot keeps the root of the Merkle tree over the transactions' ids with b, if these
// are kept too.
func (b *Block) KeepRoot(root Hash) {
	if b.ids != nil {
		b.root = root
	}
}

// HasRoot reports whether root was kept: the transactions are known to hash to it.
func (b *Block) HasRoot(root Hash) bool { return b.root == root && !root.IsZero() }

// Height is what the block's coinbase says its height is, or 0 without one.
// Consensus checks that it is true.
func (b *Block) Height() uint64 {
	if len(b.Transactions) == 0 || b.Transactions[0].Kind != Coinbase {
		return 0
	}
	return b.Transactions[0].Sequence
}

// Size is the length of the encoding in bytes.
func (b *Block) Size() int {
	size := HeaderSize + 4
	for i := range b.Transactions {
		size += b.Transactions[i].Size()
	}
	return size
}

// Encode returns the canonical encoding: header, count (u32), transactions.
func (b *Block) Encode() []byte { return b.AppendTo(make([]byte, 0, b.Size())) }

// AppendTo appends what Encode returns.
func (b *Block) AppendTo(out []byte) []byte {
	header := b.Header.Encode()
	return AppendTransactions(append(out, header[:]...), b.Transactions)
}

// DecodeBlock reads exactly one block of at most MaxBlockSize bytes. The error
// wraps ErrEncoding.
func DecodeBlock(b []byte) (Block, error) {
	d := decoder{buf: b}
	if len(b) > MaxBlockSize {
		d.fail("block of %d bytes, at most %d", len(b), MaxBlockSize)
		return Block{}, d.err
	}
	block := Block{Header: d.header(), Transactions: d.transactions()}
	return block, d.end()
}

// TransactionIDs lists the ids in the block's order: the Merkle tree's leaves. They must
// not be changed.
func (b *Block) TransactionIDs() []Hash {
	if b.ids != nil {
		return b.ids
	}
	ids := make([]Hash, len(b.Transactions))
	for i := range b.Transactions {
		ids[i] = b.Transactions[i].ID()
	}
	return ids
}

// maxKnown is how many keys of a block's senders are hashed once each: of more, a map costs
// as much as their hashes.
const maxKnown = 512

// Senders lists the sender of each transaction. A coinbase has none, and its recipient
// stands for that. The list must not be changed.
func (b *Block) Senders() []Address {
	if b.senders != nil {
		return b.senders
	}
	senders := make([]Address, len(b.Transactions))
	known := make(map[[ed25519.PublicKeySize]byte]Address)
	for i := range b.Transactions {
		t := &b.Transactions[i]
		if t.Kind == Coinbase {
			senders[i] = t.Recipient
			continue
		}
		sender, met := known[t.PublicKey]
		if !met {
			sender = t.Sender()
			if len(known) < maxKnown {
				known[t.PublicKey] = sender
			}
		}
		senders[i] = sender
	}
	return senders
}

// TransactionAt reads one transaction of an encoded block, without decoding
// those before it. The error wraps ErrEncoding.
func TransactionAt(block []byte, position int) (Transaction, error) {
	d := decoder{buf: block}
	d.bytes(HeaderSize)
	if count := d.uint32(); position < 0 || uint64(position) >= uint64(count) {
		d.fail("no transaction %d among %d", position, count)
	}
	for range position {
		if d.skipTransaction(); d.err != nil {
			break
		}
	}
	return d.transaction(), d.err
}
