package types

import "encoding/binary"

// HeaderSize is the length of an encoded Header in bytes.
const HeaderSize = 80

// Header is Bitcoin's block header, byte for byte.
type Header struct {
	Version    int32
	Previous   Hash   // the parent's header hash
	MerkleRoot Hash   // over the ids of the block's transactions
	Time       uint32 // Unix seconds
	Bits       uint32 // compact target
	Nonce      uint32
}

// Encode returns the 80 bytes that are hashed for the proof of work.
func (h Header) Encode() [HeaderSize]byte {
	var b [HeaderSize]byte
	binary.LittleEndian.PutUint32(b[0:], uint32(h.Version))
	copy(b[4:], h.Previous[:])
	copy(b[36:], h.MerkleRoot[:])
	binary.LittleEndian.PutUint32(b[68:], h.Time)
	binary.LittleEndian.PutUint32(b[72:], h.Bits)
	binary.LittleEndian.PutUint32(b[76:], h.Nonce)
	return b
}

// DecodeHeader reads exactly 80 bytes. The error wraps ErrEncoding.
func DecodeHeader(b []byte) (Header, error) {
	d := decoder{buf: b}
	h := d.header()
	return h, d.end()
}

func (d *decoder) header() Header {
	var h Header
	h.Version = int32(d.uint32())
	d.copy(h.Previous[:])
	d.copy(h.MerkleRoot[:])
	h.Time = d.uint32()
	h.Bits = d.uint32()
	h.Nonce = d.uint32()
	return h
}

// Hash is the double SHA-256 of the encoding: the block's name, and its proof
// of work.
func (h Header) Hash() Hash {
	b := h.Encode()
	return DoubleSHA256(b[:])
}
