package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// A block's sender may have taken another identity by the time that the block is on the
// chain: it is credited on no link then, and on its own as long as it is the same.
func TestWhoHasTakenAnotherIdentityIsNotCredited(t *testing.T) {
	w, err := New(Scenario(1, 6))
	require.NoError(t, err)
	receiver, sender := w.nodes[0], w.nodes[1]
	l := &link{pair: pairOf(receiver.number, sender.number), to: receiver.number}
	receiver.links = append(receiver.links, l)
	w.now = w.now.Add(time.Minute)
	w.byID[sender.id] = sender
	from := sender.id
	receiver.noteSource(events.BlockConnected{From: &from})
	require.Equal(t, w.now, l.merits.LastBlock)

	delete(w.byID, from)
	sender.id = types.NodeID{7}
	w.byID[sender.id] = sender
	credited := w.now
	w.now = w.now.Add(time.Minute)
	receiver.noteSource(events.BlockConnected{From: &from})
	require.Equal(t, credited, l.merits.LastBlock)
}
