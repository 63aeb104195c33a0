package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// What a key of the bucket of blocks leads to, its last byte.
const (
	blockKind = 'b'
	diffKind  = 'd'
)

const (
	refSize     = 8 + types.HashSize
	accountSize = 8 + 8
	changeSize  = types.AddressSize + 2*accountSize
	sumSize     = crc32.Size
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errChecksum and errLength say why a value is not what was written.
var (
	errChecksum = errors.New("a value does not fit its checksum")
	errLength   = errors.New("a value has the wrong length")
)

// seal appends to value the checksum over key and value. The key is in it so
// that a value under another's key is found out too.
func seal(key, value []byte) []byte {
	return binary.BigEndian.AppendUint32(value, checksum(key, value))
}

// unseal is the value that seal was given. It aliases sealed.
func unseal(key, sealed []byte) ([]byte, error) {
	if len(sealed) < sumSize {
		return nil, errLength
	}
	value, sum := sealed[:len(sealed)-sumSize], sealed[len(sealed)-sumSize:]
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

// encodeDiff gives address, account before and account after of each change.
// There is room for the checksum.
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
