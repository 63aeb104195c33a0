package command

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events/state"
	"networkmngr/internal/types"
)

// splitLines are the lines of a text without their ends.
func splitLines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if !yield(strings.TrimSuffix(line, "\n")) {
				return
			}
		}
	}
}

// nodesLinked makes a network's state; a link such as "0-2" is one that n0 dialled.
func nodesLinked(nodes int, links ...string) state.State {
	var now state.State
	for i := range nodes {
		now.Nodes = append(now.Nodes, state.Node{Name: fmt.Sprintf("n%d", i), ID: types.NodeID{byte(i + 1)}, State: state.Running})
	}
	for _, link := range links {
		var from, to int
		if _, err := fmt.Sscanf(link, "%d-%d", &from, &to); err != nil {
			panic(err)
		}
		now.Nodes[from].Peers = append(now.Nodes[from].Peers, state.Link{Peer: now.Nodes[to].ID, Outbound: true, Since: time.Now()})
		now.Nodes[to].Peers = append(now.Nodes[to].Peers, state.Link{Peer: now.Nodes[from].ID, Since: time.Now()})
	}
	return now
}

func TestGroupsOfNodes(t *testing.T) {
	for _, test := range []struct {
		now    state.State
		groups string
	}{
		{nodesLinked(0), `[]`},
		{nodesLinked(1), `[["n0"]]`},
		{nodesLinked(3, "0-1", "2-1"), `[["n0","n1","n2"]]`},
		{nodesLinked(4, "0-3"), `[["n0","n3"],["n1"],["n2"]]`},
		{nodesLinked(5, "0-1", "2-3", "3-4"), `[["n2","n3","n4"],["n0","n1"]]`},
		{nodesLinked(4, "0-1", "2-3", "3-0"), `[["n0","n1","n2","n3"]]`},
	} {
		text, err := json.Marshal(newPeersForm(test.now).Groups)
		require.NoError(t, err)
		require.Equal(t, test.groups, string(text))
	}
	dead := nodesLinked(3, "0-1")
	dead.Nodes[2].State = state.Down
	require.Len(t, newPeersForm(dead).Groups, 1, "a node that has ended is apart from nobody")
}

func TestPeersOfOneNode(t *testing.T) {
	out, text := screen()
	printPeers(out, newPeersForm(nodesLinked(1)))
	require.Contains(t, text.String(), "\none node alone is running: there is no other to link to\n")
}

func TestPeersForPeople(t *testing.T) {
	out, text := screen()
	now := nodesLinked(4, "0-1", "2-0")
	now.Nodes[1].Peers = append(now.Nodes[1].Peers, state.Link{Peer: types.NodeID{99}})
	now.Nodes[3].State = state.Paused
	printPeers(out, newPeersForm(now))
	require.Equal(t, ""+
		"node   peers  dialled  was dialled by\n"+
		"─────────────────────────────────────\n"+
		"n0         2  n1       n2\n"+
		"n1         2           n0 63000000\n"+
		"n2         1  n0\n"+
		"n3    \x1b[33mpaused\x1b[0m\n"+
		"\n\x1b[33mno links lead between: n0 n1 n2 | n3\x1b[0m\n", text.String())
}

func TestPeersOnANarrowTerminal(t *testing.T) {
	out, text := screen()
	var links []string
	for i := 1; i < 60; i++ {
		links = append(links, fmt.Sprintf("0-%d", i), fmt.Sprintf("%d-0", i))
	}
	printPeers(out, newPeersForm(nodesLinked(60, links...)))
	requireNarrow(t, text.String())
}

func testPeers(t *testing.T, n *liveNetwork) {
	text := n.run("peers", "--json").fine().stdout
	require.Equal(t, "groups nodes", keys(t, text))
	form := decode[peersForm](t, text)
	require.Len(t, form.Groups, 1)
	require.Len(t, form.Nodes, 3)
	for _, node := range form.Nodes {
		require.Len(t, node.Peers, 2)
		for _, peer := range node.Peers {
			require.NotNil(t, peer.Node)
			require.NotEqual(t, node.Node, *peer.Node)
		}
	}
	require.Contains(t, n.run("peers").fine().stdout, "links lead from every node to every other one\n")
	one := decode[peersForm](t, n.run("peers", "n1", "--json").fine().stdout)
	require.Len(t, one.Nodes, 1)
	require.Equal(t, "n1", one.Nodes[0].Node)
	require.Len(t, one.Nodes[0].Peers, 2)
	for i, peer := range one.Nodes[0].Peers {
		require.Equal(t, form.Nodes[1].Peers[i].Node, peer.Node)
		require.Equal(t, form.Nodes[1].Peers[i].Outbound, peer.Outbound)
		require.Positive(t, peer.Detail.Sent)
	}
	n.run("peers", "n9").ends(exitMisuse, "no node n9 is running")
}

func testForksOfOneChain(t *testing.T, n *liveNetwork) {
	form := decode[forksForm](t, n.run("forks", "--json").fine().stdout)
	require.Equal(t, *n.status().Nodes[0].Tip, form.Best.Hash)
	require.Equal(t, []string{"n0", "n1", "n2"}, form.On)
}

// Links are ended and made, and nodes kept out and let in again, by the names of nodes.
func testBans(t *testing.T, n *liveNetwork) {
	require.Contains(t, n.run("disconnect", "n0", "n1", "--for", "1h").fine().stdout, "there is no link for 1h0m0s")
	until(t, "the end of the link", func() bool {
		return len(decode[peersForm](t, n.run("peers", "n0", "--json").fine().stdout).Nodes[0].Peers) == 1
	})
	require.Contains(t, n.run("connect", "n0", "n1").fine().stdout, "is registered, but banned until")
	n.run("unban", "n0", "n1").fine()
	require.Contains(t, n.run("connect", "n0", "n1").fine().stdout, "connected to ")
	require.Regexp(t, `n1 +(manual|inbound)`, n.run("peers", "n0").fine().stdout)

	require.Contains(t, n.run("ban", "n1", "n2", "--for", "1h", "--reason", "lesson").fine().stdout, "n1: n2 is banned until ")
	n.run("ban", "n1", "10.1.0.0/16").fine()
	listed := n.run("bans", "n1").fine().stdout
	require.Regexp(t, `n2 +hand +\S+ \S+ +lesson\n`, listed)
	require.Regexp(t, `10.1.0.0/16 +hand`, listed)
	n.run("unban", "n1", "10.1.0.0/16").fine()
	n.run("unban", "n1", "10.1.0.0/16").ends(exitMisuse, "no ban is about")
	n.run("unban", "n1", "--all").fine()
	require.Equal(t, "n1 keeps nobody out\n", n.run("bans", "n1").fine().stdout)
	n.run("connect", "n1", "n2").fine()
	n.run("connect", "n1", "n1").ends(exitMisuse, "a node cannot be its own peer")
	n.run("disconnect", "n1", "n1").ends(exitMisuse, "that is this node itself")
	require.Contains(t, n.run("addresses", "n1").fine().stdout, "n1 has had an answer from ")
	require.Contains(t, n.run("addresses", "n1").fine().stdout, "nodes that it trusts")
	n.run("unban", "n1").ends(exitMisuse, "--all")
	n.run("ban", "n1", "10.1.0.0/99").ends(exitMisuse, "10.1.0.0/99")
	n.run("ban", "n1", "10.1.0.0/16", "--for", "-1s").ends(exitMisuse, "-1s")
	n.run("disconnect", "n0").ends(exitMisuse, "want two")
}
