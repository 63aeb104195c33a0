package protocol

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"

	"networkmngr/internal/types"
)

// ErrMessage is wrapped by every refusal of bytes that are not a message.
var ErrMessage = errors.New("malformed message")

// smallFrame is room for most messages, in bytes.
const smallFrame = 512

// Encode returns a message's frame: its kind (u8), then its fields in order.
// Integers are big-endian; lists and texts come after their length. No length
// reaches 2^24, see MaxFrame.
func Encode(m Message) []byte {
	var room [smallFrame]byte // on the stack
	return slices.Clone(appendMessage(append(room[:0], byte(m.kind())), m))
}

func appendMessage(b []byte, m Message) []byte {
	switch m := m.(type) {
	case Hello:
		b = append(appendUint32(b, m.Version), m.Genesis[:]...)
		return appendClaim(appendEntry(b, &m.Self), &m.Tip)
	case Ping:
		return appendUint64(b, m.Number)
	case Pong:
		return appendClaim(appendUint64(b, m.Number), &m.Tip)
	case GetHeaders:
		return appendHashes(b, m.Locator)
	case Headers:
		return appendHeaders(appendBool(b, m.Answer), m.Headers)
	case GetBlocks:
		return appendHashes(b, m.IDs)
	case Blocks:
		b = appendUint16(b, len(m.Encoded))
		for _, raw := range m.Encoded {
			b = append(appendUint24(b, len(raw)), raw...)
		}
	case NotFound:
		return appendHashes(b, m.IDs)
	case SendCompact:
		return appendBool(b, m.High)
	case GetCompact:
		return append(b, m.Block[:]...)
	case Compact:
		return appendCompact(b, &m)
	case GetBlockTransactions:
		b = appendUint16(append(b, m.Block[:]...), len(m.Indexes))
		for _, index := range m.Indexes {
			b = appendUint32(b, index)
		}
	case BlockTransactions:
		return appendTransactions(append(b, m.Block[:]...), m.Transactions)
	case Have:
		return appendHashes(b, m.IDs)
	case HaveShort:
		return appendShortIDs(appendUint64(appendBool(b, m.All), m.Salt), m.ShortIDs)
	case GetHave:
		return appendShortIDs(appendUint64(b, m.Salt), m.ShortIDs)
	case GetTransactions:
		return appendHashes(b, m.IDs)
	case Transactions:
		return appendTransactions(b, m.Transactions)
	case Addresses:
		b = appendUint16(b, len(m.Nodes))
		for i := range m.Nodes {
			b = appendEntry(b, &m.Nodes[i])
		}
	}
	return b
}

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendUint16(b []byte, v int) []byte { return binary.BigEndian.AppendUint16(b, uint16(v)) }

func appendUint24(b []byte, v int) []byte { return appendUint16(append(b, byte(v>>16)), v) }

func appendUint32(b []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(b, v) }

func appendUint64(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

func appendText(b []byte, text string) []byte { return append(appendUint24(b, len(text)), text...) }

func appendHashes(b []byte, hashes []types.Hash) []byte {
	b = slices.Grow(appendUint16(b, len(hashes)), types.HashSize*len(hashes))
	for i := range hashes {
		b = append(b, hashes[i][:]...)
	}
	return b
}

func appendHeaders(b []byte, headers []types.Header) []byte {
	b = slices.Grow(appendUint16(b, len(headers)), types.HeaderSize*len(headers))
	for i := range headers {
		raw := headers[i].Encode()
		b = append(b, raw[:]...)
	}
	return b
}

func appendClaim(b []byte, c *Claim) []byte {
	work := c.Work.Bytes32()
	b = appendUint64(append(b, c.ID[:]...), c.Height)
	return append(b, work[:]...)
}

func appendEntry(b []byte, e *types.NodeInfo) []byte {
	b = append(appendText(append(b, e.ID[:]...), e.Address), byte(len(e.P2P)))
	for _, address := range e.P2P {
		b = appendText(b, address)
	}
	return b
}

func appendTransactions(b []byte, list []types.Transaction) []byte {
	size := 4
	for i := range list {
		size += list[i].Size()
	}
	return types.AppendTransactions(slices.Grow(appendUint24(b, size), size), list)
}

func appendCompact(b []byte, m *Compact) []byte {
	raw := m.Header.Encode()
	b = appendUint64(append(b, raw[:]...), m.Salt)
	b = m.Coinbase.AppendTo(appendUint24(b, m.Coinbase.Size()))
	return appendShortIDs(b, m.ShortIDs)
}

func appendShortIDs(b []byte, ids []ShortID) []byte {
	b = slices.Grow(appendUint16(b, len(ids)), len(ShortID{})*len(ids))
	for i := range ids {
		b = append(b, ids[i][:]...)
	}
	return b
}

// Decode reads one frame. Lists and texts that are longer than a node would
// send are refused before they cost memory.
func Decode(frame []byte) (Message, error) {
	r := reader{s: frame}
	k := kind(r.uint8())
	m := r.message(k)
	if r.err == nil && !r.s.Empty() {
		r.fail("%d bytes too many", len(r.s))
	}
	if r.err != nil {
		return nil, fmt.Errorf("%w of kind %d: %w", ErrMessage, k, r.err)
	}
	return m, nil
}

// reader reads fields; after the first failure it returns zeros.
type reader struct {
	s   cryptobyte.String
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.s = nil
}

func (r *reader) message(k kind) Message {
	switch k {
	case kindHello:
		return Hello{Version: r.uint32(), Genesis: r.hash(), Self: r.entry(), Tip: r.claim()}
	case kindPing:
		return Ping{Number: r.uint64()}
	case kindPong:
		return Pong{Number: r.uint64(), Tip: r.claim()}
	case kindGetHeaders:
		return GetHeaders{Locator: r.hashes(maxLocator)}
	case kindHeaders:
		return Headers{Answer: r.bool(), Headers: list(r, maxHeaders, (*reader).header)}
	case kindGetBlocks:
		return GetBlocks{IDs: r.hashes(maxPeerBlocks)}
	case kindBlocks:
		return Blocks{Encoded: list(r, maxPeerBlocks, func(r *reader) []byte { return r.bytes(types.MaxBlockSize) })}
	case kindNotFound:
		return NotFound{IDs: r.hashes(maxIDs)}
	case kindCompact:
		return r.compact()
	case kindGetBlockTransactions:
		return GetBlockTransactions{Block: r.hash(), Indexes: list(r, maxTransactions, (*reader).uint32)}
	case kindBlockTransactions:
		return BlockTransactions{Block: r.hash(), Transactions: r.transactions(types.MaxBlockSize)}
	case kindHave:
		return Have{IDs: r.hashes(maxIDs)}
	case kindGetTransactions:
		return GetTransactions{IDs: r.hashes(maxIDs)}
	case kindTransactions:
		return Transactions{Transactions: r.transactions(MaxFrame)}
	case kindGetAddresses:
		return GetAddresses{}
	case kindAddresses:
		return Addresses{Nodes: list(r, maxEntries, (*reader).entry)}
	case kindGoodbye:
		return Goodbye{}
	case kindSendCompact:
		return SendCompact{High: r.bool()}
	case kindGetCompact:
		return GetCompact{Block: r.hash()}
	case kindHaveShort:
		return HaveShort{All: r.bool(), Salt: r.uint64(), ShortIDs: r.shortIDs(maxAnnounced)}
	case kindGetHave:
		return GetHave{Salt: r.uint64(), ShortIDs: r.shortIDs(maxAnnounced)}
	default:
		r.fail("unknown kind")
		return nil
	}
}

// greeting is what the first frame of a peer has to be, by its first bytes: a Hello of this
// version of the protocol. What follows in others may be laid out in another way, and so
// what they have is no proof of a bad will.
func greeting(frame []byte) error {
	r := reader{s: frame}
	k, version := kind(r.uint8()), r.uint32()
	switch {
	case r.err != nil || k != kindHello:
		return errOutOfTurn
	case version != Version:
		return fmt.Errorf("%w: %d, ours is %d", errVersion, version, Version)
	}
	return nil
}

// list reads a count and that many values. It grows as they come, so that a
// count alone costs nothing.
func list[T any](r *reader, limit int, read func(*reader) T) []T {
	var count uint16
	if !r.s.ReadUint16(&count) {
		r.fail("no count")
		return nil
	}
	if int(count) > limit {
		r.fail("a list of %d, at most %d", count, limit)
		return nil
	}
	const usual = 32 // bytes of one value; more room than what came is not made
	values := make([]T, 0, min(int(count), len(r.s)/usual+1))
	for range count {
		values = append(values, read(r))
		if r.err != nil {
			return nil
		}
	}
	return values
}

func (r *reader) hashes(limit int) []types.Hash { return list(r, limit, (*reader).hash) }

// need fails unless a field was long enough to be read.
func (r *reader) need(read bool) {
	if !read {
		r.fail("too short")
	}
}

func (r *reader) uint8() (v uint8) {
	r.need(r.s.ReadUint8(&v))
	return v
}

func (r *reader) bool() bool {
	v := r.uint8()
	if v > 1 {
		r.fail("%d is neither 0 nor 1", v)
	}
	return v == 1
}

func (r *reader) uint32() (v uint32) {
	r.need(r.s.ReadUint32(&v))
	return v
}

func (r *reader) uint64() (v uint64) {
	r.need(r.s.ReadUint64(&v))
	return v
}

func (r *reader) fill(dst []byte) { r.need(r.s.CopyBytes(dst)) }

func (r *reader) hash() (h types.Hash) {
	r.fill(h[:])
	return h
}

// bytes reads a length and that many bytes, which alias the frame.
func (r *reader) bytes(limit int) []byte {
	var raw cryptobyte.String
	r.need(r.s.ReadUint24LengthPrefixed(&raw))
	if len(raw) > limit {
		r.fail("%d bytes, at most %d", len(raw), limit)
		return nil
	}
	return raw
}

func (r *reader) header() types.Header {
	var raw []byte
	r.need(r.s.ReadBytes(&raw, types.HeaderSize))
	h, err := types.DecodeHeader(raw)
	if err != nil {
		r.fail("%w", err)
	}
	return h
}

func (r *reader) claim() (c Claim) {
	var work [32]byte
	c.ID = r.hash()
	c.Height = r.uint64()
	r.fill(work[:])
	c.Work.SetBytes32(work[:])
	return c
}

func (r *reader) entry() (e types.NodeInfo) {
	r.fill(e.ID[:])
	e.Address = string(r.bytes(types.MaxAddressLen))
	count := r.uint8()
	if count > types.MaxP2P {
		r.fail("%d addresses, at most %d", count, types.MaxP2P)
	}
	for range count {
		e.P2P = append(e.P2P, string(r.bytes(types.MaxAddressLen)))
	}
	return e
}

func (r *reader) transactions(limit int) []types.Transaction {
	transactions, err := types.DecodeTransactions(r.bytes(limit))
	if err != nil {
		r.fail("%w", err)
	}
	return transactions
}

func (r *reader) compact() Compact {
	m := Compact{Header: r.header(), Salt: r.uint64()}
	coinbase, err := types.DecodeTransaction(r.bytes(types.MaxTransactionSize))
	if err != nil {
		r.fail("%w", err)
	}
	m.Coinbase = coinbase
	m.ShortIDs = r.shortIDs(maxTransactions)
	return m
}

func (r *reader) shortIDs(limit int) []ShortID {
	return list(r, limit, func(r *reader) (id ShortID) {
		r.fill(id[:])
		return id
	})
}
