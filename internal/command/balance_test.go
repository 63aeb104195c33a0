package command

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

func testBalance(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	n.run("mine", "--min=0s", "--max=0s").fine()
	until(t, "agreement", func() bool { return n.status().Agree })
	account := func(text string) api.Account {
		return decode[api.Account](t, n.run("balance", text, "--json").fine().stdout)
	}
	alice := account("alice")
	require.Equal(t, alice, account(types.NamedAddress("alice").String()))
	require.Equal(t, "alice", alice.Name)
	require.NotEmpty(t, alice.History)
	mined := account("n0")
	require.Equal(t, n.record.Nodes[0].ID.Account(), mined.Address)
	require.Equal(t, mined, account(n.node(0)[len("127.0.0.1:"):]), "a node goes by its port, too")

	shown := n.run("balance", "alice").fine().stdout
	require.Regexp(t, ` 0  in +1000 +0  genesis `, shown)
	require.Contains(t, shown, "alice has "+alice.Balance.String()+"\n  address  "+alice.Address.String()+"\n")
	requireNarrow(t, shown)
	require.Regexp(t, `in +1(\.[0-9]+)? +0 +mined`, n.run("balance", "n0").fine().stdout)

	all := decode[api.Accounts](t, n.run("balance", "--json", "--limit=3").fine().stdout)
	require.Len(t, all.Accounts, 3)
	shown = n.run("balance").fine().stdout
	requireNarrow(t, shown)
	require.Regexp(t, `(?m)^alice +`+alice.Balance.String()+` +`, shown)
	require.Regexp(t, `(?m)^n0 `, shown)
	n.run("balance", "nobody").ends(exitMisuse, `unknown name: "nobody", want an address or one of alice`)
	n.run("balance", "a", "b").ends(exitMisuse, "want one at most")
	require.Contains(t, execute(t, "__complete", "balance", "--logs="+n.logs(), "--config=", "").stdout, "alice\t"+alice.Balance.String()+"\n")
}

func testCompletedParties(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	complete := func(args ...string) string {
		return execute(t, append([]string{"__complete", "pay", "--logs=" + n.logs(), "--config="}, args...)...).stdout
	}
	require.Contains(t, complete("alice", ""), "\nbob\t")
	require.NotContains(t, complete("alice", "bob", ""), "bob")
}

func testMempool(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	n.run("mine", "--min=0s", "--max=0s").fine()
	require.Equal(t, "no transfer is pending at n0\n", n.run("mempool").fine().stdout)
	first := decode[sentForm](t, n.run("send", "--from=alice", "--to=bob", "--amount=0.12345678", "--json").fine().stdout)
	n.run("send", "--from=alice", "--to="+n.record.Nodes[1].ID.Account().String(), "--amount=2").fine()
	stranger := types.AddressOfKey(make([]byte, 64)).String()
	n.run("pay", "bob", stranger, "3", "--fee=0.5").fine()

	text := n.run("mempool", "--json").fine().stdout
	pool := decode[api.Mempool](t, text)
	require.Equal(t, 3, pool.Count)
	shown := n.run("mempool").fine().stdout
	requireNarrow(t, shown)
	require.Regexp(t, `(?m)^`+shortHash(first.ID)+`  alice +bob +0\.12345678  0\.001$`, shown)
	require.Regexp(t, `(?m)  alice +n1 +2  0\.001$`, shown)
	require.Regexp(t, `(?m)  bob +nm1.{4}….{4} +3 +0\.5$`, shown)
	require.Contains(t, shown, "\n3 of 3 pending transfers at n0\nfees of all 0.502; the oldest of these has waited ")
	require.Contains(t, n.run("mempool", "--limit=1").fine().stdout, "\n1 of 3 pending transfers")
	n.run("mempool", "--limit=501").ends(exitMisuse, "--limit 501: want 1 to 500")
}

func TestAMempoolOfOne(t *testing.T) {
	out, text := screen()
	printMempool(out, api.Mempool{Count: 1, Transactions: make([]types.Transaction, 1)}, "n0", nil)
	require.Contains(t, text.String(), "\n1 of 1 pending transfer at n0\n")
}
