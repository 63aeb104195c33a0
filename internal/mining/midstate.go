package mining

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"

	"networkmngr/internal/types"
)

const (
	nonceOffset = 76 // in an encoded header
	bitsPerByte = 8

	// Where crypto/sha256 keeps the eight chaining words in a saved state:
	// after its four-byte name. Its own tests hold that layout, and ours fail
	// if it ever moves.
	wordsStart = 4
	wordsEnd   = wordsStart + sha256.Size
)

// digest is what the standard library's SHA-256 can do besides hashing.
type digest interface {
	hash.Hash
	encoding.BinaryAppender
	encoding.BinaryUnmarshaler
}

// midstate double-hashes headers that differ in the nonce only.
//
// SHA-256 works in blocks of 64 bytes, so a header of 80 takes two blocks and
// the second hash a third. The first block is the same for every nonce and is
// hashed once. The other two are kept padded here and written whole, and the
// result is read from the saved state: that skips the buffering, copying and
// padding of Sum, which costs nearly as much as a block.
type midstate struct {
	sha   digest
	saved []byte                 // state after the header's first block
	tail  [sha256.BlockSize]byte // rest of the header, padded
	once  [sha256.BlockSize]byte // first hash, padded
	state []byte                 // room to save a state in
}

func newMidstate(h types.Header) *midstate {
	header := h.Encode()
	m := &midstate{sha: sha256.New().(digest)}
	m.sha.Write(header[:sha256.BlockSize])
	m.saved = m.save()
	m.state = make([]byte, 0, len(m.saved))
	rest := copy(m.tail[:], header[sha256.BlockSize:])
	pad(&m.tail, rest, types.HeaderSize)
	pad(&m.once, sha256.Size, sha256.Size)
	return m
}

// pad ends the last block of a message of size bytes, of which used are in
// this block, the way FIPS 180-4, section 5.1.1, says.
func pad(block *[sha256.BlockSize]byte, used, size int) {
	block[used] = 0x80
	binary.BigEndian.PutUint64(block[sha256.BlockSize-8:], uint64(size)*bitsPerByte)
}

// top is the most significant 32 bits, as a target counts them, of the hash
// that the header has with this nonce.
func (m *midstate) top(nonce uint32) uint32 {
	binary.LittleEndian.PutUint32(m.tail[nonceOffset-sha256.BlockSize:], nonce)
	if err := m.sha.UnmarshalBinary(m.saved); err != nil {
		panic(err) // it was saved by the same digest
	}
	m.sha.Write(m.tail[:])
	copy(m.once[:], m.save()[wordsStart:wordsEnd])
	m.sha.Reset()
	m.sha.Write(m.once[:])
	// A hash is compared as a little-endian number: its last word comes first.
	return binary.LittleEndian.Uint32(m.save()[wordsEnd-4:])
}

// save returns the digest's state; the next call overwrites it.
func (m *midstate) save() []byte {
	state, err := m.sha.AppendBinary(m.state)
	if err != nil {
		panic(err) // SHA-256 always saves
	}
	return state
}
