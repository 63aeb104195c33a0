package launch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"networkmngr/internal/types"
)

// maxAnnouncement bounds the first line of a child's output, in bytes.
const maxAnnouncement = 64 << 10

var (
	// errAnnounced is wrapped by the error that a child announced itself.
	errAnnounced = errors.New("node reports")
	// ErrMisuse is wrapped by one that, as the child says, the person can mend.
	ErrMisuse = fmt.Errorf("%w", errAnnounced)
	// errGarbled is wrapped by the refusal of a first line that is no
	// announcement.
	errGarbled = errors.New("first line of output is no announcement")
)

// Ready is what a node says of itself once it serves.
type Ready struct {
	ID      types.NodeID `json:"id"`
	Address string       `json:"address"` // host:port of its HTTP API
	P2P     []string     `json:"p2p"`     // multiaddresses
	PID     int          `json:"pid"`
}

// announcement is the child's first line: one of the two.
type announcement struct {
	Ready  *Ready `json:"ready,omitempty"`
	Error  string `json:"error,omitempty"`
	Misuse bool   `json:"misuse,omitempty"` // the error is for the person to mend
}

// AnnounceReady tells the parent, which reads stdout, that the node serves.
func AnnounceReady(stdout io.Writer, ready Ready) error {
	return json.NewEncoder(stdout).Encode(announcement{Ready: &ready})
}

// AnnounceError tells the parent, which reads stdout, why the node will never
// be ready, and whether the person can mend that. A very long reason is cut.
func AnnounceError(stdout io.Writer, reason error, misuse bool) error {
	const maxReason = maxAnnouncement / 8 // as JSON may write six bytes for one
	text := reason.Error()
	return json.NewEncoder(stdout).Encode(announcement{Error: text[:min(len(text), maxReason)], Misuse: misuse})
}

// parseAnnouncement gives what the line says, as an error if it tells of one.
func parseAnnouncement(line []byte) (Ready, error) {
	var said announcement
	if err := json.Unmarshal(line, &said); err != nil {
		return Ready{}, fmt.Errorf("%w: %w: %s", errGarbled, err, quote(line))
	}
	switch {
	case said.Error != "" && said.Misuse:
		return Ready{}, fmt.Errorf("%w: %s", ErrMisuse, said.Error)
	case said.Error != "":
		return Ready{}, fmt.Errorf("%w: %s", errAnnounced, said.Error)
	}
	if said.Ready == nil || said.Ready.Address == "" {
		return Ready{}, fmt.Errorf("%w: neither an address nor an error: %s", errGarbled, quote(line))
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

func (f *firstLine) collect(p []byte) {
	line, _, complete := bytes.Cut(p, []byte("\n"))
	line = line[:min(len(line), maxAnnouncement-len(f.buf))]
	f.buf = append(f.buf, line...)
	if complete || len(f.buf) == maxAnnouncement {
		f.line <- f.buf
		f.buf, f.done = nil, true
	}
}
