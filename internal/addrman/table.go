package addrman

import (
	"math/rand/v2"
	"slices"
)

// place is a slot of a bucket.
type place struct{ bucket, slot int }

// table is buckets of slots, made as they are needed: a small lab's takes next to
// nothing.
type table struct {
	buckets map[int]*bucket
	filled  []*bucket // those with an entry, in no order that means anything
	count   int       // of entries
}

type bucket struct {
	number int
	at     int // in filled
	taken  []taken
}

// taken is a slot with an entry.
type taken struct {
	slot  int
	entry *entry
}

func newTable() table { return table{buckets: map[int]*bucket{}} }

// get is the entry at a place, or nil.
func (t *table) get(at place) *entry {
	b := t.buckets[at.bucket]
	if b == nil {
		return nil
	}
	if i := b.index(at.slot); i >= 0 {
		return b.taken[i].entry
	}
	return nil
}

func (b *bucket) index(slot int) int {
	return slices.IndexFunc(b.taken, func(t taken) bool { return t.slot == slot })
}

// put takes a place that is free.
func (t *table) put(at place, e *entry) {
	b := t.buckets[at.bucket]
	if b == nil {
		b = &bucket{number: at.bucket, at: len(t.filled)}
		t.buckets[at.bucket] = b
		t.filled = append(t.filled, b)
	}
	b.taken = append(b.taken, taken{at.slot, e})
	t.count++
}

// free gives up a place that is taken.
func (t *table) free(at place) {
	b := t.buckets[at.bucket]
	i := b.index(at.slot)
	b.taken = slices.Delete(b.taken, i, i+1)
	t.count--
	if len(b.taken) > 0 {
		return
	}
	delete(t.buckets, at.bucket)
	last := t.filled[len(t.filled)-1]
	t.filled[b.at], last.at = last, b.at
	t.filled = t.filled[:len(t.filled)-1]
}

// draw is an entry of a random bucket, so that one with few entries counts as much as a
// full one. The table is not empty.
func (t *table) draw(random *rand.Rand) *entry {
	b := t.filled[random.IntN(len(t.filled))]
	return b.taken[random.IntN(len(b.taken))].entry
}
