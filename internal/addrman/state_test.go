package addrman

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// A stranger cannot have all that a node knows refused at its next start, by an address that
// is longer once it is in a file: what is no text takes three bytes for one there.
func TestWhatIsKnownCanBeReadAgain(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	m.Add(start, nodeAt(1, "10.1.1.1"), from(1, "a"))
	odd := nodeAt(2, "10.2.2.2")
	odd.Address = strings.Repeat("\xff", 100)
	m.Add(start, odd, from(2, "b"))
	text, err := json.Marshal(m.State(start))
	require.NoError(t, err)
	var state State
	require.NoError(t, json.Unmarshal(text, &state))
	again := Restore(m.config, state, start, seeded(2))
	require.Equal(t, 1, again.Len())
}

// A manager that is restored goes on where it was, with other buckets too.
func TestRestore(t *testing.T) {
	m := New(DefaultConfig(), seeded(1))
	for n := range 500 {
		m.Add(start, nodeAt(n, groupIP(n%50, n)), from(n%7, netgroup.Group(fmt.Sprint(n%7))))
		m.Add(start, nodeAt(n, groupIP(n%50, n)), from(n%5, netgroup.Group(fmt.Sprint(n%5))))
		if n%5 == 0 {
			m.Good(start, nodeAt(n, "").ID)
		}
	}
	text, err := json.Marshal(m.State(start))
	require.NoError(t, err)
	var state State
	require.NoError(t, json.Unmarshal(text, &state))
	again := Restore(m.config, state, start, seeded(2))
	check(t, again)
	require.Equal(t, m.State(start), again.State(start))
	require.ElementsMatch(t, places(m), places(again))

	config := small()
	config.New = 64
	other := Restore(config, state, start, seeded(2))
	check(t, other)
	require.NotZero(t, other.tried.count)
}

// places are the rows without what is known in this life only.
func places(m *Manager) []Row {
	rows := m.Table()
	for i := range rows {
		rows[i].LastTry = time.Time{}
		rows[i].LastSuccess = rows[i].LastSuccess.UTC()
	}
	return rows
}

// What cannot be is left out, and what stands beside it stays.
func TestWhatIsNoState(t *testing.T) {
	good := Stored{Node: nodeAt(1, "10.1.1.1"), Buckets: []int{1}}
	for name, spoil := range map[string]func(*Stored){
		"no address": func(n *Stored) { n.Node.P2P = nil }, "another's": func(n *Stored) { n.Node.P2P = peerAt(t, 1, "10.1.1.1").P2P },
		"both": func(n *Stored) { n.Tried = true }, "neither": func(n *Stored) { n.Buckets = nil },
		"below zero": func(n *Stored) { n.Attempts = -1 }, "long": func(n *Stored) { n.Node.Address = strings.Repeat("x", 300) },
	} {
		bad := good
		spoil(&bad)
		state := State{Nodes: []Stored{bad, {Node: nodeAt(2, "10.2.1.1"), Tried: true}}}
		_, left := state.Sound()
		require.Len(t, left, 1, name)
		require.Equal(t, []types.NodeInfo{nodeAt(2, "10.2.1.1")}, Restore(DefaultConfig(), state, start, seeded(1)).All(), name)
	}
	_, left := State{Nodes: []Stored{good, good}}.Sound()
	require.Len(t, left, 1)
	require.ErrorContains(t, left[0], "twice")
	for _, text := range []string{`""`, `"00"`, `"zz"`, `"` + strings.Repeat("0", 34) + `"`} {
		require.Error(t, json.Unmarshal([]byte(text), new(Key)), text)
	}
}
