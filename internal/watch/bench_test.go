package watch

import (
	"testing"

	"networkmngr/internal/events"
)

// A frame after something has happened in a network of 200 nodes with 500 blocks.
func BenchmarkFrame(b *testing.B) {
	s := see(b, 200, 60, 200)
	s.chain(1, 500, 200)
	s.flush()
	for b.Loop() {
		s.tell("n0", events.Mempool{Transactions: 1})
		s.flush().View()
	}
}
