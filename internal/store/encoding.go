package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// The last byte of a key in the bucket of blocks: what its value is.
const (
	blockKind = 'b'
	diffKind  = 'd'
	// spacerKinds come after the others; see putSpacers.
	spacerKinds = "xyz"
)

const (
	refSize     = 8 + types.HashSize
	accountSize = 8 + 8
	changeSize  = types.AddressSize + 2*accountSize
	totalsSize  = 8 + 8
	sumSize     = crc32.Size
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errChecksum and errLength say why a value is not what was written.
var (
	errChecksum = errors.New("a value does not fit its checksum")
	errLength   = errors.New("a value has the wrong length")
)

// appendChecksum appends to value the checksum over key and value. It covers the
// key so that a value under another's key is detected too.
func appendChecksum(key, value []byte) []byte {
	return binary.BigEndian.AppendUint32(value, checksum(key, value))
}

// verifyChecksum returns what appendChecksum was given, which aliases stored, or
// errLength or errChecksum.
func verifyChecksum(key, stored []byte) ([]byte, error) {
	if len(stored) < sumSize {
		return nil, errLength
	}
	value, sum := stored[:len(stored)-sumSize], stored[len(stored)-sumSize:]
	if binary.BigEndian.Uint32(sum) != checksum(key, value) {
		return nil, errChecksum
	}
	return value, nil
}

func checksum(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

func appendRef(b []byte, at chain.Ref) []byte {
	b = binary.BigEndian.AppendUint64(b, at.Height)
	return append(b, at.ID[:]...)
}

// decodeRef reads the first refSize bytes of b.
func decodeRef(b []byte) chain.Ref {
	return chain.Ref{Height: binary.BigEndian.Uint64(b), ID: types.Hash(b[8:refSize])}
}

func blockKey(at chain.Ref, kind byte) []byte {
	return append(appendRef(make([]byte, 0, refSize+1), at), kind)
}

func appendAccount(b []byte, a consensus.Account) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(a.Balance))
	return binary.BigEndian.AppendUint64(b, a.Sequence)
}

// decodeAccount reads the first accountSize bytes of b.
func decodeAccount(b []byte) consensus.Account {
	return consensus.Account{
		Balance:  types.Amount(binary.BigEndian.Uint64(b)),
		Sequence: binary.BigEndian.Uint64(b[8:]),
	}
}

// encodeDiff encodes address, account before and account after of each change,
// with room for the checksum.
func encodeDiff(diff consensus.Diff) []byte {
	b := make([]byte, 0, len(diff)*changeSize+sumSize)
	for _, c := range diff {
		b = append(b, c.Address[:]...)
		b = appendAccount(b, c.Before)
		b = appendAccount(b, c.After)
	}
	return b
}

func decodeDiff(b []byte) (consensus.Diff, error) {
	if len(b)%changeSize != 0 {
		return nil, errLength
	}
	diff := make(consensus.Diff, len(b)/changeSize)
	for i := range diff {
		change := b[i*changeSize:]
		diff[i] = consensus.Change{
			Address: types.Address(change[:types.AddressSize]),
			Before:  decodeAccount(change[types.AddressSize:]),
			After:   decodeAccount(change[types.AddressSize+accountSize:]),
		}
	}
	return diff, nil
}

// Parts of the indexes' keys, in bytes.
const (
	idPrefix     = 8 // of an id: few of any chain begin alike
	heightSize   = 5 // a block's time has 32 bits and rises, so heights stay below 2^40
	positionSize = 2 // a block has room for 25,575 transactions at most

	transactionKeySize = idPrefix + heightSize + positionSize
	historyKeySize     = types.AddressSize + heightSize
	balanceKeySize     = 8 + types.AddressSize
)

func prefixOf(id types.Hash) uint64 { return binary.BigEndian.Uint64(id[:idPrefix]) }

// pack makes a place a number, in the same order.
func pack(at chain.TxPosition) uint64 { return at.Height<<(8*positionSize) | uint64(at.Position) }

func unpack(place uint64) chain.TxPosition {
	return chain.TxPosition{Height: place >> (8 * positionSize), Position: int(place & (1<<(8*positionSize) - 1))}
}

func transactionKey(row transactionRow) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, idPrefix+8), row.prefix)
	return appendLow(key, row.place, heightSize+positionSize)
}

// decodePlace reads what follows the prefix.
func decodePlace(b []byte) chain.TxPosition {
	return chain.TxPosition{Height: decodeHeight(b), Position: int(binary.BigEndian.Uint16(b[heightSize:]))}
}

func historyKey(address types.Address, height uint64) []byte {
	key := append(make([]byte, 0, types.AddressSize+8), address[:]...)
	return appendLow(key, height, heightSize)
}

// decodeHeight reads the first heightSize bytes of b.
func decodeHeight(b []byte) uint64 {
	return uint64(b[0])<<32 | uint64(binary.BigEndian.Uint32(b[1:]))
}

// appendLow appends the lowest bytes of n.
func appendLow(b []byte, n uint64, bytes int) []byte {
	return binary.BigEndian.AppendUint64(b, n<<(64-8*bytes))[:len(b)+bytes]
}

func appendPositions(b []byte, row []uint64) []byte {
	for _, place := range row {
		b = binary.BigEndian.AppendUint16(b, uint16(unpack(place).Position))
	}
	return b
}

// balanceKey has the balance inverted, so that the highest comes first.
func balanceKey(h chain.AccountBalance) []byte {
	key := binary.BigEndian.AppendUint64(make([]byte, 0, balanceKeySize), ^uint64(h.Balance))
	return append(key, h.Address[:]...)
}

func decodeHolding(key []byte) chain.AccountBalance {
	return chain.AccountBalance{Balance: types.Amount(^binary.BigEndian.Uint64(key)), Address: types.Address(key[8:])}
}

func appendTotals(b []byte, t chain.Totals) []byte {
	b = binary.BigEndian.AppendUint64(b, t.Transactions)
	return binary.BigEndian.AppendUint64(b, t.Accounts)
}

// decodeTotals reads the first totalsSize bytes of b.
func decodeTotals(b []byte) chain.Totals {
	return chain.Totals{Transactions: binary.BigEndian.Uint64(b), Accounts: binary.BigEndian.Uint64(b[8:])}
}
