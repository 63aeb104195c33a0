package record

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A value of the recording stands in a frame: how long it is (u32) and the CRC-32C of
// what follows (u32), big-endian. So what is damaged is noticed before it is decoded.
const frameHead = 8

// maxValue bounds a value, in bytes.
const maxValue = 1 << 30

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encoder writes values in frames.
type encoder struct {
	to    io.Writer
	value bytes.Buffer
	form  *gob.Encoder // into value
}

func newEncoder(to io.Writer) *encoder {
	inputs()
	e := &encoder{to: to}
	e.form = gob.NewEncoder(&e.value)
	return e
}

func (e *encoder) encode(value any) error {
	e.value.Reset()
	if err := e.form.Encode(value); err != nil {
		return err
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(e.value.Len()))
	head = binary.BigEndian.AppendUint32(head, crc32.Checksum(e.value.Bytes(), castagnoli))
	if _, err := e.to.Write(head); err != nil {
		return err
	}
	_, err := e.to.Write(e.value.Bytes())
	return err
}

// decoder reads them.
type decoder struct {
	from  io.Reader
	value bytes.Buffer
	form  *gob.Decoder // of value
}

func newDecoder(from io.Reader) *decoder {
	inputs()
	d := &decoder{from: from}
	d.form = gob.NewDecoder(&d.value)
	return d
}

// decode reads a value. The error is io.EOF at the end, io.ErrUnexpectedEOF where the
// rest of a frame is missing, wraps ErrDamaged, or is that of reading.
func (d *decoder) decode(value any) error {
	var head [frameHead]byte
	if _, err := io.ReadFull(d.from, head[:]); err != nil {
		return err
	}
	size, sum := binary.BigEndian.Uint32(head[:4]), binary.BigEndian.Uint32(head[4:])
	if size > maxValue {
		return fmt.Errorf("%w: a value of %d bytes", ErrDamaged, size)
	}
	d.value.Reset()
	if _, err := io.CopyN(&d.value, d.from, int64(size)); errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	} else if err != nil {
		return err
	}
	if crc32.Checksum(d.value.Bytes(), castagnoli) != sum {
		return fmt.Errorf("%w: a checksum is wrong", ErrDamaged)
	}
	if err := d.form.Decode(value); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}
