package main_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// Under load, with all nodes mining against each other, nothing that a node has
// accepted is lost.
func TestLoadLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(3).awaitReady()
	var r struct {
		Sent, Accepted, Included, Pending, Lost, Failed int
		Refused                                         map[string]int
	}
	text := n.command("load", "--rate=100", "--for=3s", "--mine", "--seed=11", "--json")
	require.NoError(t, json.Unmarshal([]byte(text), &r))
	require.Equal(t, 300, r.Sent, text)
	require.Equal(t, []int{0, 0}, []int{r.Lost, r.Failed}, text)
	require.Equal(t, r.Accepted, r.Included+r.Pending, text)
	for _, code := range []string{"overspend", "bad-signature", "wrong-network", "zero-amount", "sequence-gap"} {
		require.Positive(t, r.Refused[code], text)
	}
	get[struct{}](t, n.ports[0], "/mine") // decides what the race may have left open
	requireOneChain(t, n.ports)
	n.stop()
}
