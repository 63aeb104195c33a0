package snapshot

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/zstd"
)

// window bounds how far back compressed data refer, in bytes, and so what reading takes
// of memory.
const window = 4 << 20

// maxManifest bounds the manifest, in bytes.
const maxManifest = 8 << 20

// Limits bound what a reader takes, whatever the compressed file has.
type Limits struct {
	Bytes int64 // of all files
	Files int
	Nodes int
}

// DefaultLimits are a manager's.
func DefaultLimits() Limits { return Limits{Bytes: 64 << 30, Files: 20_000, Nodes: 1000} }

// Reader reads a snapshot. It is for one goroutine at a time.
type Reader struct {
	Manifest *Manifest

	packed *zstd.Decoder
	stream *stream // of packed
	tar    *tar.Reader
	next   int   // of Manifest.Files
	file   *file // that is being read, or nil
}

// Read begins to read a snapshot: its manifest. The caller must Close it. The error is
// an ErrFormat, an ErrDamaged or an ErrLimit, or that of reading.
func Read(r io.Reader, limits Limits) (*Reader, error) {
	packed, err := zstd.NewReader(r,
		zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderMaxMemory(2*window))
	if err != nil {
		return nil, err
	}
	s := &Reader{packed: packed, stream: &stream{from: packed}}
	s.tar = tar.NewReader(s.stream)
	if s.Manifest, err = s.manifest(limits); err != nil {
		packed.Close()
		return nil, err
	}
	return s, nil
}

// Close lets go of what reading takes. The file stays open.
func (s *Reader) Close() { s.packed.Close() }

func (s *Reader) manifest(limits Limits) (*Manifest, error) {
	head, err := s.tar.Next()
	if err != nil {
		return nil, damaged("it does not begin as one", err)
	}
	if head.Name != manifestFile || head.Typeflag != tar.TypeReg {
		return nil, fmt.Errorf("%w: it begins with %.100q, want %s", ErrDamaged, head.Name, manifestFile)
	}
	if head.Size > maxManifest {
		return nil, fmt.Errorf("%w: a manifest of %d bytes, want %d at most", ErrLimit, head.Size, maxManifest)
	}
	text, err := io.ReadAll(s.tar)
	if err != nil {
		return nil, damaged("manifest", err)
	}
	return parse(text, limits)
}

// damaged is an ErrDamaged: what is compressed, or an archive, in no other way than it
// is written is no snapshot.
func damaged(what string, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%w: %s: %w", ErrDamaged, what, err)
}

// Next returns the next file of the manifest; what is left of the one before is read
// over. Who has read a file to its end without an error has what was written. After the
// last one the error is io.EOF, if nothing follows; else an ErrDamaged.
func (s *Reader) Next() (File, io.Reader, error) {
	if err := s.finish(); err != nil {
		return File{}, nil, err
	}
	head, err := s.tar.Next()
	if s.next == len(s.Manifest.Files) {
		return File{}, nil, s.end(head, err)
	}
	want := s.Manifest.Files[s.next]
	if err != nil {
		return File{}, nil, damaged(want.Path, err)
	}
	if head.Typeflag != tar.TypeReg {
		return File{}, nil, fmt.Errorf("%w: %.100q is no regular file, want %s", ErrDamaged, head.Name, want.Path)
	}
	if head.Name != want.Path || head.Size != want.Size {
		return File{}, nil, fmt.Errorf("%w: %.100q of %d bytes, want %s of %d", ErrDamaged, head.Name, head.Size, want.Path, want.Size)
	}
	s.next++
	s.file = &file{File: want, from: s.tar, sum: sha256.New()}
	return want, s.file, nil
}

// IsEnd reports whether an error of Next says that all was read.
func IsEnd(err error) bool { return errors.Is(err, io.EOF) && !errors.Is(err, ErrDamaged) }

// finish reads the file in hand to its end.
func (s *Reader) finish() error {
	if s.file == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, s.file)
	s.file = nil
	return err
}

// end returns io.EOF if the archive ends, and nothing is behind it.
func (s *Reader) end(head *tar.Header, err error) error {
	if err == nil {
		return fmt.Errorf("%w: %.100q is not in the manifest", ErrDamaged, head.Name)
	}
	if !errors.Is(err, io.EOF) || s.stream.ended {
		return damaged("end", err)
	}
	behind, err := io.CopyN(io.Discard, s.packed, 1)
	if behind > 0 {
		return fmt.Errorf("%w: something follows its end", ErrDamaged)
	}
	if !errors.Is(err, io.EOF) {
		return damaged("end", err)
	}
	return io.EOF
}

// stream notes whether its end was reached: package tar takes an archive that was cut
// before the blocks that end it for a whole one.
type stream struct {
	from  io.Reader
	ended bool
}

func (s *stream) Read(into []byte) (int, error) {
	n, err := s.from.Read(into)
	if n > 0 && errors.Is(err, io.EOF) {
		return n, nil // the end is reached by who wants more
	}
	s.ended = s.ended || errors.Is(err, io.EOF)
	return n, err
}

// file is a file that is being read.
type file struct {
	File
	from io.Reader
	sum  hash.Hash
}

// Read returns an ErrDamaged in the place of io.EOF if the content is not what was
// written.
func (f *file) Read(into []byte) (int, error) {
	n, err := f.from.Read(into)
	f.sum.Write(into[:n])
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return n, damaged(f.Path, err)
	case hex.EncodeToString(f.sum.Sum(nil)) != f.SHA256:
		return n, fmt.Errorf("%w: the sum of %s is not that of the manifest", ErrDamaged, f.Path)
	}
	return n, io.EOF
}
