package transport

import (
	"sync"
	"time"

	"networkmngr/internal/types"
)

// maxBans bounds the bans that are remembered.
const maxBans = 4096

// bans says until when a node is banned.
type bans struct {
	mu    sync.Mutex // guards until
	until map[types.NodeID]time.Time
}

// set bans id, or lifts its ban if until is past. Beyond maxBans, the ban that
// ends first is removed.
func (b *bans) set(id types.NodeID, until, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.until, id)
	if !until.After(now) {
		return
	}
	if len(b.until) >= maxBans {
		b.evict()
	}
	b.until[id] = until
}

func (b *bans) evict() {
	var first types.NodeID
	var earliest time.Time
	for id, until := range b.until {
		if earliest.IsZero() || until.Before(earliest) {
			first, earliest = id, until
		}
	}
	delete(b.until, first)
}

func (b *bans) holds(id types.NodeID, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	until, ok := b.until[id]
	if ok && !until.After(now) {
		delete(b.until, id)
		return false
	}
	return ok
}
