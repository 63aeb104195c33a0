package addrman

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"

	"github.com/dchest/siphash"
)

// Key is the secret under which addresses get their places.
type Key [2]uint64

// MarshalText is 32 hex digits. The error is nil.
func (k Key) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%016x%016x", k[0], k[1]), nil }

// UnmarshalText reads 32 hex digits. The error says that text is something else.
func (k *Key) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != 16 {
		return errors.New("the key of known nodes: want 32 hex digits")
	}
	*k = Key{binary.BigEndian.Uint64(raw), binary.BigEndian.Uint64(raw[8:])}
	return nil
}

// hash is SipHash-2-4 of texts, each after its length.
func (k Key) hash(parts ...string) uint64 {
	var buffer [128]byte
	text := buffer[:0]
	for _, part := range parts {
		text = binary.BigEndian.AppendUint16(text, uint16(len(part)))
		text = append(text, part...)
	}
	return siphash.Hash(k[0], k[1], text)
}

func number(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

func addressText(at netip.AddrPort) string {
	text, _ := at.MarshalBinary() // no error is possible
	return string(text)
}

// party is what counts as one group: an address that is exempt is one by itself.
func (e *entry) party() string {
	if e.group != "" {
		return string(e.group)
	}
	return addressText(e.at)
}

// newPlace is where an entry belongs in new for a source. The slot is by the address alone:
// many ids at one address have one place.
func (m *Manager) newPlace(e *entry, source Source) place {
	from, at := source.name(), addressText(e.at)
	spread := m.key.hash("spread", e.party(), from) % uint64(m.config.NewPerSource)
	bucket := m.key.hash("new", from, number(int(spread)))
	if m.config.NoBuckets {
		bucket = m.key.hash("new", at)
	}
	return m.slotOf(int(bucket%uint64(m.config.New)), "new slot", at)
}

// triedPlace is where an entry belongs in tried.
func (m *Manager) triedPlace(e *entry) place {
	at := addressText(e.at)
	spread := m.key.hash("spread", at) % uint64(m.config.TriedPerGroup)
	bucket := m.key.hash("tried", e.party(), number(int(spread)))
	if m.config.NoBuckets {
		bucket = m.key.hash("tried", at)
	}
	return m.slotOf(int(bucket%uint64(m.config.Tried)), "tried slot", at)
}

func (m *Manager) slotOf(bucket int, table, at string) place {
	return place{bucket, int(m.key.hash(table, number(bucket), at) % uint64(m.config.Slots))}
}
