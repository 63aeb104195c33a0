package process

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"networkmngr/internal/launch"
	"networkmngr/internal/strictjson"
)

// maxAnnouncement bounds the first line of a child's output, in bytes.
const maxAnnouncement = 64 << 10

// errGarbled is wrapped by the refusal of a first line that is no announcement.
var errGarbled = errors.New("first line of output is no announcement")

// announcement is the child's first line: one of the three.
type announcement struct {
	Ready  *launch.Ready  `json:"ready,omitempty"`
	Chains []launch.Chain `json:"chains,omitempty"`
	Error  string         `json:"error,omitempty"`
	Misuse bool           `json:"misuse,omitempty"` // the error is for the person to mend
}

// AnnounceReady tells the parent, which reads stdout, that the node serves. The error is that
// of stdout.
func AnnounceReady(stdout io.Writer, ready launch.Ready) error {
	return json.NewEncoder(stdout).Encode(announcement{Ready: &ready})
}

// AnnounceError tells the parent, which reads stdout, why the node will never
// be ready, and whether the person can mend that. A very long reason is cut.
func AnnounceError(stdout io.Writer, reason error, misuse bool) error {
	const maxReason = maxAnnouncement / 8 // as JSON may write six bytes for one
	text := reason.Error()
	return json.NewEncoder(stdout).Encode(announcement{Error: text[:min(len(text), maxReason)], Misuse: misuse})
}

// parseAnnouncement returns what the line says, as an error if it tells of one.
func parseAnnouncement(line []byte) (announcement, error) {
	var said announcement
	if err := strictjson.Unmarshal(line, &said); err != nil {
		return said, fmt.Errorf("%w: %w: %s", errGarbled, err, quote(line))
	}
	switch {
	case said.Error != "" && said.Misuse:
		return said, fmt.Errorf("%w: %s", launch.ErrMisuse, said.Error)
	case said.Error != "":
		return said, fmt.Errorf("%w: %s", launch.ErrReported, said.Error)
	}
	return said, nil
}

// parseReady returns what a line says that must tell that the node serves.
func parseReady(line []byte) (launch.Ready, error) {
	said, err := parseAnnouncement(line)
	if err == nil && (said.Ready == nil || said.Ready.Address == "") {
		err = fmt.Errorf("%w: neither an address nor an error: %s", errGarbled, quote(line))
	}
	if err != nil {
		return launch.Ready{}, err
	}
	return *said.Ready, nil
}

// quote shows the start of line in an error.
func quote(line []byte) string {
	const enough = 100
	return fmt.Sprintf("%.*q", enough, line)
}

// firstLine is a writer that hands over the first line written to it, or its
// first maxAnnouncement bytes, and throws the rest away. One goroutine writes.
type firstLine struct {
	buf  []byte
	done bool
	line chan []byte
}

func newFirstLine() *firstLine { return &firstLine{line: make(chan []byte, 1)} }

func (f *firstLine) Write(p []byte) (int, error) {
	if !f.done {
		f.collect(p)
	}
	return len(p), nil
}

// ReadFrom is for [io.Copy].
func (f *firstLine) ReadFrom(from io.Reader) (int64, error) { return copyLines(f, from) }

func (f *firstLine) collect(p []byte) {
	line, _, complete := bytes.Cut(p, []byte("\n"))
	line = line[:min(len(line), maxAnnouncement-len(f.buf))]
	f.buf = append(f.buf, line...)
	if complete || len(f.buf) == maxAnnouncement {
		f.line <- f.buf
		f.buf, f.done = nil, true
	}
}
