package events

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// NewStream makes the id of a new stream.
func NewStream() string {
	const size = 6 // bytes, so that no two streams ever meet
	id := make([]byte, size)
	_, _ = rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// ID names an event among those of all streams: <stream>-<offset>.
type ID struct {
	Stream string
	Offset uint64
}

// String is the form in which server-sent events carry it.
func (id ID) String() string { return fmt.Sprintf("%s-%d", id.Stream, id.Offset) }

// ParseID reads what String returns. The error quotes any other text.
func ParseID(text string) (ID, error) {
	at := strings.LastIndexByte(text, '-')
	offset, err := strconv.ParseUint(text[at+1:], 10, 64)
	if at <= 0 || err != nil {
		return ID{}, fmt.Errorf("%.64q is no event's id, want <stream>-<offset>", text)
	}
	return ID{text[:at], offset}, nil
}
