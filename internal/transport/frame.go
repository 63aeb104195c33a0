package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	// prefixSize is the length of the little-endian length in front of a frame.
	prefixSize = 4
	// FrameOverhead is the cost of a queued frame beside its bytes: prefix and
	// slice header. With it, a flood of empty frames fills a queue too.
	FrameOverhead = prefixSize + 24
	// chunk is how much of a frame is written at once, and the memory allocated
	// for a frame that a peer only announces.
	chunk = 64 << 10
)

func writeFrame(w io.Writer, frame []byte) error {
	var prefix [prefixSize]byte
	binary.LittleEndian.PutUint32(prefix[:], uint32(len(frame)))
	if _, err := w.Write(prefix[:]); err != nil {
		return err
	}
	_, err := w.Write(frame)
	return err
}

// readFrame reads one frame of at most maxSize bytes. It calls begun when the first
// byte has arrived. A longer frame is refused, with ErrFrameSize, before any of it
// is read, and memory grows only with what has arrived.
func readFrame(r io.Reader, maxSize int, begun func() error) ([]byte, error) {
	var prefix [prefixSize]byte
	n, err := io.ReadAtLeast(r, prefix[:], 1)
	if err != nil {
		return nil, err
	}
	if err := begun(); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(r, prefix[n:]); err != nil {
		return nil, truncated(err)
	}
	size := binary.LittleEndian.Uint32(prefix[:])
	if uint64(size) > uint64(maxSize) {
		return nil, fmt.Errorf("%w: %d bytes announced, at most %d", ErrFrameSize, size, maxSize)
	}
	return readBody(r, int(size))
}

// readBody reads size bytes, doubling its buffer from one chunk on.
func readBody(r io.Reader, size int) ([]byte, error) {
	body := make([]byte, 0, min(size, chunk))
	for len(body) < size {
		if len(body) == cap(body) {
			body = append(make([]byte, 0, min(size, 2*cap(body))), body...)
		}
		n, err := io.ReadFull(r, body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err != nil {
			return nil, truncated(err)
		}
	}
	return body, nil
}

// truncated returns err, or io.ErrUnexpectedEOF for the end of a stream inside a
// frame.
func truncated(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
