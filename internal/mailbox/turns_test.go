package mailbox

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

// Len is how many items wait.
func (q *Turns[T]) Len() int {
	count := 0
	for _, items := range q.waiting {
		count += len(items)
	}
	return count
}

func takeTurns(q *Turns[string]) (taken []string) {
	for item, ok := q.Take(); ok; item, ok = q.Take() {
		taken = append(taken, item)
	}
	return taken
}

func TestPeersTakeTurns(t *testing.T) {
	var q Turns[string]
	for _, item := range []string{"a1", "a2", "a3", "a4"} {
		q.Put(types.NodeID{'a'}, item)
	}
	q.Put(types.NodeID{'b'}, "b1")
	q.Put(types.NodeID{'c'}, "c1")
	q.Put(types.NodeID{'c'}, "c2")
	require.Equal(t, 7, q.Len())
	require.Equal(t, []string{"a1", "b1", "c1", "a2", "c2", "a3", "a4"}, takeTurns(&q))
	require.Zero(t, q.Len())
}

func TestWhatAPeerHasWaitingIsDropped(t *testing.T) {
	var q Turns[string]
	q.Drop(types.NodeID{'a'})
	q.Put(types.NodeID{'a'}, "a1")
	q.Put(types.NodeID{'b'}, "b1")
	q.Put(types.NodeID{'a'}, "a2")
	q.Drop(types.NodeID{'a'})
	q.Put(types.NodeID{'a'}, "a3")
	require.Equal(t, []string{"b1", "a3"}, takeTurns(&q))
}

// Whatever is put in and dropped, each peer's items come out in order, and none
// waits for more than one of each other peer.
func TestTurnsAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type item struct {
			from   types.NodeID
			number int
		}
		var q Turns[item]
		model := make(map[types.NodeID][]item)
		waited := make(map[types.NodeID]int) // takes of others since a peer had its turn
		for step := range rapid.IntRange(1, 200).Draw(t, "steps") {
			from := types.NodeID{rapid.Byte().Draw(t, "peer") % 4}
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0, 1, 2:
				q.Put(from, item{from, step})
				model[from] = append(model[from], item{from, step})
			case 3:
				got, ok := q.Take()
				if !ok {
					require.Empty(t, model)
					break
				}
				require.Equal(t, model[got.from][0], got)
				if model[got.from] = model[got.from][1:]; len(model[got.from]) == 0 {
					delete(model, got.from)
				}
				for other := range model {
					if other != got.from {
						waited[other]++
						require.LessOrEqual(t, waited[other], 4)
					}
				}
				waited[got.from] = 0
			case 4:
				q.Drop(from)
				delete(model, from)
				waited[from] = 0
			}
			count := 0
			for _, items := range model {
				count += len(items)
			}
			require.Equal(t, count, q.Len())
		}
	})
}
