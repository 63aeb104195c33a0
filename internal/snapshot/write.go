package snapshot

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// manifestFile is the first entry.
const manifestFile = "manifest.json"

// Section is some of a snapshot's files, compressed by themselves: several are written
// at once, and stand behind one another in the snapshot.
type Section struct {
	packed *zstd.Encoder
	tar    *tar.Writer
	files  []File
}

// NewSection makes a section that is written to w. The error is that of the compressor.
func NewSection(w io.Writer) (*Section, error) {
	packed, err := zstd.NewWriter(w,
		zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(window))
	if err != nil {
		return nil, err
	}
	return &Section{packed: packed, tar: tar.NewWriter(packed)}, nil
}

// Add writes a file of so many bytes. The error is that of reading or writing, or an
// ErrDamaged for no path of a snapshot. After an error the section is of no use.
func (s *Section) Add(path string, size int64, from io.Reader) error {
	if err := CheckPath(path); err != nil {
		return err
	}
	if err := s.tar.WriteHeader(header(path, size)); err != nil {
		return err
	}
	sum := sha256.New()
	copied, err := io.CopyN(io.MultiWriter(s.tar, sum), from, size)
	if err != nil {
		return fmt.Errorf("%s: %d bytes of %d: %w", path, copied, size, err)
	}
	s.files = append(s.files, File{Path: path, Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// AddBytes is Add for what is in memory, with the same errors.
func (s *Section) AddBytes(path string, content []byte) error {
	return s.Add(path, int64(len(content)), bytes.NewReader(content))
}

// Close ends the section, and lists its files. The error is that of writing.
func (s *Section) Close() ([]File, error) {
	err := s.tar.Flush() // the archive goes on in the next section
	if closeErr := s.packed.Close(); err == nil {
		err = closeErr
	}
	return s.files, err
}

// header is the same on every machine, at any time.
func header(path string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: path, Size: size, Mode: 0o600, Format: tar.FormatPAX}
}

// Write writes a snapshot with the sections whose files the manifest lists, in this
// order. The error is that of reading or writing.
func Write(w io.Writer, m Manifest, sections ...io.Reader) error {
	m.Format = Format
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	first, err := NewSection(w)
	if err != nil {
		return err
	}
	if err := first.tar.WriteHeader(header(manifestFile, int64(len(text)))); err != nil {
		return err
	}
	if _, err := first.tar.Write(text); err != nil {
		return err
	}
	if _, err := first.Close(); err != nil {
		return err
	}
	for _, section := range sections {
		if _, err := io.Copy(w, section); err != nil {
			return err
		}
	}
	return end(w)
}

// end writes what ends the archive.
func end(w io.Writer) error {
	last, err := NewSection(w)
	if err != nil {
		return err
	}
	if err := last.tar.Close(); err != nil {
		return err
	}
	return last.packed.Close()
}
