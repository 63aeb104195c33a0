package command

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/genesis"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// Two networks of one lab mine apart, and meet: the branch with less work stays known.
func TestForksOfTwoNetworksThatMeet(t *testing.T) {
	one := startNetwork(t, 2, "--lab=fork")
	other := startNetwork(t, 1, "--lab=fork", "--genesis="+one.genesis) // one written a second later is another network's
	require.Contains(t, one.run("forks").fine().stdout, "of n0 n1\nno branch beside it is known\n")
	less, more := clientOf(one.node(0)), clientOf(other.node(0))
	_, err := less.Mine(t.Context(), 2)
	require.NoError(t, err)
	until(t, "one chain of the two nodes", func() bool { return one.status().Agree })
	lost := one.status().Nodes[0].Tip
	_, err = more.Mine(t.Context(), 5)
	require.NoError(t, err)
	theirs, err := more.Info(t.Context())
	require.NoError(t, err)
	_, err = less.Register(t.Context(), []types.NodeInfo{theirs.NodeInfo})
	require.NoError(t, err)
	until(t, "the reorg, and word of it", func() bool {
		form := decode[forksForm](t, one.run("forks", "--json").fine().stdout)
		return form.Best.Hash == theirs.Tip.Hash && len(form.On) == 2 && len(form.Branches) == 1 && len(form.Branches[0].Left) == 2
	})

	text := one.run("forks", "--json").fine().stdout
	require.Equal(t, "best forks on", keys(t, text))
	b := decode[forksForm](t, text).Branches[0]
	require.Equal(t, api.Tip{Index: 2, Hash: *lost}, b.Tip)
	require.Zero(t, b.Fork.Index)
	require.Equal(t, 2, b.Length)
	require.Equal(t, "valid-fork", b.Status)
	require.ElementsMatch(t, []string{"n0", "n1"}, b.Left)
	require.Empty(t, b.On)
	require.Equal(t, []miner{{"n0", one.record.Nodes[0].ID.Account(), 2}}, b.Miners)

	shown := plain(one.run("forks").fine().stdout)
	require.Contains(t, shown, "best chain: block 5, _, of n0 n1\n")
	require.Regexp(t, `\n *0 2 _ n0 left by n[01] n[01]\n`, shown)
	one.run("forks", "--limit=0").ends(exitMisuse, "--limit 0: want 1 to 100")
	other.run("stop").fine()
	one.run("stop").fine()
}

func chainTip(hash byte, index uint64, work string) api.ChainTip {
	return api.ChainTip{Tip: api.Tip{Index: index, Hash: types.Hash{hash}}, TotalWork: work, Status: "active"}
}

// Nodes that are apart are each on a branch of their own; one that lags behind is on none.
func TestBranchesThatNodesAreOn(t *testing.T) {
	tree := &branchTree{}
	tree.Best = chainTip(1, 9, "900").Tip
	rival, behind := chainTip(2, 8, "800"), chainTip(3, 4, "400")
	tree.add("n0", &client.Node{}, []api.ChainTip{chainTip(1, 9, "900"), rival})
	tree.add("n1", &client.Node{}, []api.ChainTip{rival})
	tree.add("n2", &client.Node{}, []api.ChainTip{behind})
	tree.Branches[0].Length = 3
	tree.Branches[1].Fork = &behind.Tip
	form := tree.finish(10, map[types.Hash][]string{rival.Hash: {"n2"}})
	require.Equal(t, []string{"n0"}, form.On)
	require.Len(t, form.Branches, 1)
	require.Equal(t, []string{"n1"}, form.Branches[0].On)
	require.Equal(t, []string{"n2"}, form.Branches[0].Left)
	require.Equal(t, "on it: n1", fateOf(form.Branches[0]))

	require.True(t, moreWork(chainTip(1, 1, "1000"), chainTip(1, 1, "999")))
	require.False(t, moreWork(chainTip(1, 1, "998"), chainTip(1, 1, "999")))
}

// What only another node knows is a branch, though there it is the main chain.
func TestABranchThatTheBestNodeDoesNotKnow(t *testing.T) {
	first := genesis.Dev().Block
	theirs := types.Block{Header: types.Header{Previous: first.Hash()}}
	theirs.Transactions = []types.Transaction{{Kind: types.Coinbase, Sequence: 1, Recipient: types.NamedAddress("zoe")}}
	knows := func(blocks ...types.Block) *client.Node {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, b := range blocks {
				if r.URL.Path == "/blocks/"+b.Hash().String() {
					_ = json.NewEncoder(w).Encode(api.BlockDetails{Block: b, Main: true})
					return
				}
			}
			w.WriteHeader(http.StatusNotFound)
			_ = json.NewEncoder(w).Encode(api.ErrorForm{Error: &api.Error{Code: "unknown-block"}})
		}))
		t.Cleanup(server.Close)
		return client.NewNode(server.URL, "", server.Client())
	}
	tree := &branchTree{best: knows(first)}
	b := branch{Tip: api.Tip{Index: 1, Hash: theirs.Hash()}, known: knows(first, theirs)}
	tree.follow(t.Context(), &b, people{types.NamedAddress("zoe"): "n7"})
	require.Equal(t, 1, b.Length)
	require.Equal(t, &api.Tip{Index: 0, Hash: first.Hash()}, b.Fork)
	require.Equal(t, []miner{{"n7", types.NamedAddress("zoe"), 1}}, b.Miners)

	b = branch{Tip: api.Tip{Index: 9, Hash: types.Hash{9}}, known: knows()}
	tree.follow(t.Context(), &b, nil)
	require.Nil(t, b.Fork, "of a branch that nobody has the blocks of")
}

// A branch of headers only forks where they do, and is as long as they are many.
func TestABranchOfHeadersOnly(t *testing.T) {
	first := genesis.Dev().Block
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/blocks/0":
			_ = json.NewEncoder(w).Encode(first)
		case r.URL.Path == "/blocks/"+first.Hash().String():
			_ = json.NewEncoder(w).Encode(api.BlockDetails{Block: first, Main: true})
		default:
			w.WriteHeader(http.StatusNotFound)
			_ = json.NewEncoder(w).Encode(api.ErrorForm{Error: &api.Error{Code: "unknown-block"}})
		}
	}))
	t.Cleanup(server.Close)
	node := client.NewNode(server.URL, "", server.Client())
	tree := &branchTree{best: node}
	tip := api.ChainTip{Tip: api.Tip{Index: 3, Hash: types.Hash{3}}, Status: headersOnly, BranchLength: 3}
	tree.add("n0", node, []api.ChainTip{chainTip(1, 1, "1"), tip})
	b := &tree.Branches[1]
	tree.follow(t.Context(), b, nil)
	require.Equal(t, 3, b.Length)
	require.Equal(t, &api.Tip{Index: 0, Hash: first.Hash()}, b.Fork)
	out, text := screen()
	printForks(out, forksForm{Branches: []branch{*b}})
	require.Regexp(t, `\n *0 +3 +[0-9a-f]+ +- +headers-only\n`, text.String())
}

// The widest rows that there are fit a narrow terminal.
func TestForksOnANarrowTerminal(t *testing.T) {
	out, text := screen()
	account := types.NamedAddress("zoe")
	many := []string{"n10", "n11", "n12", "n13", "n14", "n15", "n16", "n17"}
	printForks(out, forksForm{Best: api.Tip{Index: 12345}, On: append(many, "n18"), Branches: []branch{{
		Tip: api.Tip{Index: 12345}, Fork: &api.Tip{Index: 12340}, Length: 5, Left: many, Status: "valid-headers",
		Miners: []miner{{account.Short(), account, 2}, {"n10", account, 2}, {"n11", account, 1}},
	}}})
	requireNarrow(t, text.String())
	require.Contains(t, text.String(), "of 9 nodes\n")
}

// requireNarrow checks that a text fits a terminal of 60 columns.
func requireNarrow(t *testing.T, text string) {
	t.Helper()
	const narrow = 60
	for line := range splitLines(text) {
		require.LessOrEqual(t, terminal.Width(line), narrow, line)
	}
}
