package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/types"
)

// sides are the tips of two halves of six nodes, if each half agrees on one.
func (n *liveNetwork) sides() (a, b types.Hash, settled bool) {
	var tips []types.Hash
	for _, node := range n.status().Nodes {
		if node.Tip == nil {
			return a, b, false
		}
		tips = append(tips, *node.Tip)
	}
	if len(tips) != 6 {
		return a, b, false
	}
	same := func(half []types.Hash) bool { return half[0] == half[1] && half[1] == half[2] }
	return tips[0], tips[3], same(tips[:3]) && same(tips[3:])
}

// Two halves of a network of real processes mine on, each on its own branch, also after
// all of it was killed and is back; healed, they agree on the branch with more work.
func TestTwoHalves(t *testing.T) {
	n := &liveNetwork{T: t, place: newPlace(t), port: freePorts(t, 7)}
	n.resume("-p", strconv.Itoa(n.port), "-a", "6", "--genesis="+n.genesis)
	n.run("mine", "--min=0s", "--max=0s").fine()
	until(t, "agreement", func() bool { return n.status().Agree })

	require.Equal(t, "n0 n1 n2 | n3 n4 n5 are cut apart\n", n.run("partition", "n0,n1,n2", fmt.Sprintf("n3,%d,n5", n.port+5)).fine().stdout)
	n.mineOn(0, 5)
	n.mineOn(3, 1)
	until(t, "two sides", func() bool { a, b, settled := n.sides(); return settled && a != b })
	require.Contains(t, n.run("faults").fine().stdout, "n0 n1 n2 | n3 n4 n5 are cut apart")

	require.NoError(t, n.command.Process.Kill())
	<-n.ended
	for _, node := range n.record.Nodes {
		until(t, "a node's end", func() bool { return hasEnded(node.PID) })
	}
	n.resume()
	require.Contains(t, n.run("events", "--types=faults-changed").stdout, "resumed")
	n.mineOn(4, 1)
	until(t, "the other side's block", func() bool { a, b, settled := n.sides(); return settled && a != b && *n.status().Nodes[3].Height == 8 })
	heavier, _, _ := n.sides()
	require.EqualValues(t, 11, *n.status().Nodes[0].Height, "nothing has come through")

	require.Equal(t, "healed\n", n.run("heal").fine().stdout)
	until(t, "one tip", func() bool { return n.status().Agree })
	a, b, _ := n.sides()
	require.Equal(t, heavier, a)
	require.Equal(t, heavier, b)
	n.end()
}

func TestFaultsCommands(t *testing.T) {
	n := startNetwork(t, 3)
	require.Contains(t, n.run("faults").fine().stdout, "no faults are set")
	set := n.run("links", "set", "n0", "n1,n2", "--both", "--delay=20ms", "--jitter", "5ms", "--bandwidth=8Mbit/s", "--loss=0.5%").fine()
	require.Equal(t, "links n0 to n1 n2 and back: delay 20ms, jitter 5ms, 8Mbit/s, loss 0.5%\n", set.stdout)
	now := decode[api.NetworkFaults](t, n.run("faults", "--json").fine().stdout)
	require.EqualValues(t, 1, now.Generation)
	require.Len(t, now.Applied, 3)
	require.Empty(t, now.Pending)
	until(t, "frames that were late", func() bool {
		for _, l := range decode[api.NetworkLinks](t, n.run("links", "n0", "--json").fine().stdout).Links {
			if l.Achieved != nil && l.Achieved.Delay != nil {
				return true
			}
		}
		n.mineOn(0, 1)
		return false
	})
	require.Contains(t, n.run("links").fine().stdout, "n0 > n1")
	require.Contains(t, n.run("links", "presets").fine().stdout, "planet-2019")

	bridged := n.run("partition", "n1", "n2", "--name=two").fine().stdout
	require.Contains(t, strings.Join(strings.Fields(bridged), " "), "n1 | n2 are cut apart; n0 is of no group and links n1 | n2")
	n.run("heal", "two").fine()

	n.run("partition", "n0", "--rest", "--name", "one", "--for", "1h", "--how", "reset").fine()
	shown := n.run("faults").fine().stdout
	require.Contains(t, shown, "all others")
	require.Contains(t, shown, "cut, reset")
	n.run("heal", "two").ends(exitMisuse, `"two"`)
	require.Equal(t, "healed\n", n.run("heal", "one", "--reconnect=false").fine().stdout)

	file := filepath.Join(n.folder, "lesson.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"topology": {"kind": "ring"}, "links": [{"from": "all", "to": "all", "preset": "3g"}]}`), 0o600))
	require.Contains(t, n.run("faults", file).fine().stdout, "topology: ring")
	require.NoError(t, os.WriteFile(file, []byte(`{"topologie": {}}`), 0o600))
	n.run("faults", file).ends(exitMisuse, `unknown key "topologie"`)
	require.Contains(t, n.run("faults", "clear").fine().stdout, "no rule for links is left")

	n.run("partition", "n0", "n7").ends(exitMisuse, `groups[1][0]: there is no node "n7"`)
	n.run("partition").ends(exitMisuse, "no groups, want two or more")
	n.run("partition", "n0", "n1", "--for=-1s").ends(exitMisuse, "--for -1s: want more than 0s")
	n.run("links", "set", "n0").ends(exitMisuse, "1 argument, want two")
	n.run("links", "set", "n0", "n1", "--delay=soon").ends(exitMisuse, `"soon", want a time such as 120ms`)
	n.run("links", "set", "n0", "n1", "--flap=1m/1m").ends(exitMisuse, "flap: for: 1m0s, want more than 0s and less than every, 1m0s")
	n.run("links", "set", "n0", "n1", "--preset=4g").ends(exitMisuse, `there is no "4g"`)
	n.run("links", "set", "n0", "n1", "--cut=loud").ends(exitMisuse, `"loud", want silent or reset`)
	n.run("links", "n7").ends(exitMisuse, "n7")
	n.run("faults", filepath.Join(n.folder, "none.json")).ends(exitMisuse, "none.json")
	require.EqualValues(t, 7, decode[api.NetworkFaults](t, n.run("faults", "--json").fine().stdout).Generation)
}
