package command

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/load"
)

// A little of everything is sent, and nothing is lost.
func testLoad(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	text := n.run("load", "--rate=200", "--for=500ms", "--seed=7", "--mine", "--json").fine().stdout
	require.Equal(t, "accepted achieved_rate answer blocks failed failure good_refused included inclusion late lost lost_ids nodes "+
		"pending rate refused reverted seconds seed senders sent wrongly_accepted", keys(t, text))
	r := decode[load.Report](t, text)
	require.Equal(t, []int{100, 2, 4, 0, 0}, []int{r.Sent, r.Nodes, r.Senders, r.Lost, r.Failed}, text)
	require.Equal(t, r.Accepted, r.Included, text)
	require.Positive(t, r.Blocks)

	one := strconv.Itoa(n.port + 1)
	r = decode[load.Report](t, n.run("load", "--rate=100", "--for=200ms", "--accounts=6", "--nodes=n0,"+one, "--json").fine().stdout)
	require.Equal(t, []int{20, 1, 6, 0}, []int{r.Sent, r.Nodes, r.Senders, r.GoodRefused})
	require.Equal(t, r.Accepted, r.Pending, "nobody mines")
	require.Contains(t, n.run("load", "--rate=50", "--for=100ms").fine().stdout, "5 sent to 2 nodes in ")

	n.run("load", "--rate=0").ends(2, "--rate 0: want 1 to")
	n.run("load", "--for=0s").ends(2, "--for 0s")
	n.run("load", "--accounts=-1").ends(2, "--accounts -1")
	n.run("load", "--nodes=1").ends(2, "no node 1 is running")
	n.run("load", "--nodes", `"n0",n1`).ends(2, `no node "n0" is running`)
}
