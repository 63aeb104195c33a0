package types

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The canonical encoding has fixed-width little-endian integers and counts, so
// that a value has exactly one encoding and a decoder never has a choice.

// ErrEncoding means that bytes are not the canonical encoding of what they should
// be.
var ErrEncoding = errors.New("malformed encoding")

// decoder reads from the front of buf; after the first failure it returns zeros.
type decoder struct {
	buf []byte
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", ErrEncoding, fmt.Sprintf(format, args...))
	}
	d.buf = nil
}

// bytes returns the next n bytes, which alias the input.
func (d *decoder) bytes(n int) []byte {
	if n > len(d.buf) {
		d.fail("%d bytes missing", n-len(d.buf))
		return nil
	}
	out := d.buf[:n:n]
	d.buf = d.buf[n:]
	return out
}

func (d *decoder) copy(dst []byte) { copy(dst, d.bytes(len(dst))) }

func (d *decoder) uint8() uint8 {
	if b := d.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) uint32() uint32 {
	if b := d.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if b := d.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// end returns the error so far, or one if bytes are left over.
func (d *decoder) end() error {
	if d.err == nil && len(d.buf) > 0 {
		d.fail("%d bytes too many", len(d.buf))
	}
	return d.err
}
