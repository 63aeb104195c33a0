package logging

import (
	"bufio"
	"errors"
	"io"
	"time"
)

// near is how close halving comes to a place before the lines are read one by one.
const near = 8 << 10

// seek returns where the records of a time and later ones begin in a file of records in the
// order of time.
func seek(file *searched, t time.Time) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	low, high := int64(0), info.Size() // what begins before low is older than t
	for high-low > near {
		middle := low + (high-low)/2
		begins, at, err := firstAfter(file, middle, high)
		switch {
		case errors.Is(err, io.EOF) || err == nil && !at.Before(t):
			high = middle
		case err != nil:
			return 0, err
		default:
			low = begins
		}
	}
	return firstOf(file, low, t)
}

// firstAfter finds the first record that begins behind a place and before high. The error
// is io.EOF if there is none.
func firstAfter(file io.ReaderAt, place, high int64) (begins int64, at time.Time, err error) {
	lines := newLines(file, place)
	if _, err := lines.next(); err != nil { // the rest of what begins before
		return 0, at, err
	}
	for {
		begins := lines.at
		line, err := lines.next()
		if err == nil && begins >= high {
			err = io.EOF
		}
		if err != nil {
			return 0, at, err
		}
		if r, ok := parseLine(line); ok {
			return begins, r.Time, nil
		}
	}
}

// firstOf returns where the first record begins, of those from a place on, that is not
// older than t; if all are, the end of the last one.
func firstOf(file io.ReaderAt, place int64, t time.Time) (int64, error) {
	lines := newLines(file, place)
	for {
		begins := lines.at
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return begins, nil
		}
		if err != nil {
			return 0, err
		}
		if r, ok := parseLine(line); ok && !r.Time.Before(t) {
			return begins, nil
		}
	}
}

// lines reads the complete lines of a file from a place on.
type lines struct {
	from *bufio.Reader
	at   int64 // where the next one begins
	line []byte
}

func newLines(file io.ReaderAt, place int64) *lines {
	const end = 1 << 62
	return &lines{from: bufio.NewReader(io.NewSectionReader(file, place, end-place)), at: place}
}

// next returns the next line, valid until the next call. The error is io.EOF if there is no
// complete one.
func (l *lines) next() ([]byte, error) {
	l.line = l.line[:0]
	for {
		piece, err := l.from.ReadSlice('\n')
		l.at += int64(len(piece))
		if err == nil {
			piece = piece[:len(piece)-1]
		}
		if len(l.line) < maxLine {
			l.line = append(l.line, piece...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return l.line, nil
	}
}
