package store

import (
	"encoding/hex"
	"strings"
)

// A bootID tells one run of the machine's system from every other. Zero is unknown.
type bootID [16]byte

// parseBoot reads a UUID as a system writes it. The id is unknown if text is none.
func parseBoot(text string) (id bootID) {
	raw, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(text), "-", ""))
	if err == nil && len(raw) == len(id) {
		copy(id[:], raw)
	}
	return id
}
