package command

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/client"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// ledgerGenesis is a network with well-known accounts, whose blocks take some
// milliseconds each: those that cost nothing come faster in a race than a client
// can read them.
func ledgerGenesis(t *testing.T) (file string, g *consensus.Genesis) {
	d := genesis.Description{
		Name: "ledger", Time: 1_700_000_000, BlockTime: 1, HalfLife: 1 << 25, Reward: types.Coin, FloorBits: "1f00ffff",
		Balances: make(map[types.Address]types.Amount),
	}
	for _, name := range []string{"alice", "bob", "carol", "dave"} {
		d.Balances[types.NamedAddress(name)] = 1000 * types.Coin
	}
	g, err := d.Genesis()
	require.NoError(t, err)
	text, err := json.Marshal(d)
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "ledger.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file, g
}

func TestLedgerCommands(t *testing.T) {
	file, genesis := ledgerGenesis(t)
	n := startNetwork(t, 2, "--genesis="+file)
	for _, step := range []struct {
		name string
		test func(*testing.T, *liveNetwork, string, *consensus.Genesis)
	}{
		{"send", testSend}, {"wait", testSendWait}, {"wait where mining is off", testSendWhereMiningIsOff}, {"balance", testBalance}, {"mempool", testMempool}, {"completed parties", testCompletedParties}, {"replaced", testSendReplaced}, {"sign offline", testSignOffline}, {"own account", testSendOwn}, {"no home", testHomeless}, {"refusals", testSendRefusals}, {"load", testLoad},
	} {
		if !t.Run(step.name, func(t *testing.T) { here := *n; here.T = t; step.test(t, &here, file, genesis) }) {
			return
		}
	}
	n.run("stop").fine()
}

// mempool is what waits at the first node.
func (n *liveNetwork) mempool() []types.Transaction {
	pending, err := client.NewNode("http://"+n.node(0), "", http.DefaultClient).Mempool(n.Context(), 0, 100)
	require.NoError(n.T, err)
	return pending.Transactions
}

func testSend(t *testing.T, n *liveNetwork, _ string, genesis *consensus.Genesis) {
	got := n.run("send", "--from=alice", "--to=bob", "--amount=3", `--data={"memo": "thanks"}`).fine().stdout
	sent := n.mempool()
	require.Len(t, sent, 1)
	require.Equal(t, "3 for bob ("+types.NamedAddress("bob").String()+"), fee 0.001\n"+
		"  from         alice ("+types.NamedAddress("alice").String()+"), sequence 0\n"+
		"  transaction  "+sent[0].ID().String()+"\n"+
		"  pending at node "+n.node(0)+": it waits for a block\n", got)
	require.Equal(t, `{"memo":"thanks"}`, string(sent[0].Data))

	text := n.run("send", "--from="+types.NamedAddress("alice").String(), "--to=carol", "--amount=0.5", "--fee=0", "--json").fine().stdout
	require.Equal(t, "block id node transaction", keys(t, text))
	form := decode[sentForm](t, text)
	require.Nil(t, form.Block)
	require.Equal(t, n.node(0), form.Node)
	require.EqualValues(t, 1, form.Transaction.Sequence, "the one after what is pending")
	require.Equal(t, []types.Amount{types.Coin / 2, 0}, []types.Amount{form.Transaction.Amount, form.Transaction.Fee})
	require.NoError(t, consensus.CheckSignature(&form.Transaction, genesis.Params.GenesisID))
	require.Len(t, n.mempool(), 2)
}

func testSendWait(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	n.run("mine", "--continuous", "--detach", "--min=10ms", "--max=20ms").fine()
	defer func() { n.run("mine", "--stop").fine() }()
	form := decode[sentForm](t, n.run("send", "--from=bob", "--to=carol", "--amount=1", "--wait", "--json").fine().stdout)
	block := decode[types.Block](t, n.run("chain", form.Block.Hash.String(), "--json").fine().stdout)
	require.Equal(t, form.Block.Index, block.Height())
	require.Contains(t, block.Transactions, form.Transaction)
	require.Contains(t, n.run("send", "--from=bob", "--to=carol", "--amount=1", "--wait").fine().stdout, "  block        ")
}

// Where mining is off, whoever waits is told what has the nodes mine, which asking them
// for blocks would not.
func testSendWhereMiningIsOff(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	n.run("mining", "--mode=off").fine()
	defer func() { n.run("mining", "--mode=demand").fine() }()
	waited := make(chan result, 1)
	var warned atomic.Bool
	go func() {
		waited <- executeWatched(n.Context(), n.T, func(text string) {
			warned.Store(warned.Load() || strings.Contains(text, "mining is off on all nodes"))
		}, "send", "--from=alice", "--to=bob", "--amount=1", "--wait", "--config=", "--logs="+n.logs())
	}()
	until(t, "a word that mining is off", warned.Load)
	n.run("mining", "--mode=pending").fine()
	require.Contains(t, (<-waited).stdout, "  block        ")
}

// Who waits for a transfer whose place another one takes is told so.
func testSendReplaced(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	before := len(n.mempool())
	waited := make(chan result, 1)
	var warned atomic.Bool
	go func() {
		waited <- executeWatched(n.Context(), n.T, func(text string) {
			warned.Store(warned.Load() || strings.Contains(text, "nobody mines"))
		}, "send", "--from=carol", "--to=bob", "--amount=1", "--wait", "--config=", "--logs="+n.logs())
	}()
	until(t, "a word that nobody mines", warned.Load)
	first := n.mempool()[before]
	again := n.run("send", "--from=carol", "--to=bob", "--amount=1", "--fee=1", "--json", fmt.Sprint("--sequence=", first.Sequence)).fine()
	replaced := <-waited
	require.Equal(t, 1, replaced.code, replaced.stderr)
	require.Contains(t, replaced.stderr, first.ID().String()+" was replaced")
	require.Contains(t, replaced.stderr, decode[sentForm](t, again.stdout).ID.String())
	require.Equal(t, 1, strings.Count(replaced.stderr, "nobody mines on this network"), replaced.stderr)
	require.Contains(t, replaced.stderr, "networkmngr mine")
}

// What is signed without asking anybody can be sent later, once.
func testSignOffline(t *testing.T, n *liveNetwork, file string, ledger *consensus.Genesis) {
	elsewhere := []string{"--config=", "--logs=" + t.TempDir()} // where no network has run
	offline := func(args ...string) result {
		return execute(t, append(append([]string{"send"}, args...), elsewhere...)...)
	}
	text := offline("--from=dave", "--to=bob", "--amount=2", "--sequence=0", "--sign-only", "--genesis="+file).fine().stdout
	require.Contains(t, text, `"network": "`+ledger.Params.GenesisID.String()+`"`)
	same := offline("--from=dave", "--to="+types.NamedAddress("bob").String(), "--amount=2", "--sequence=0", "--sign-only",
		"--genesis="+file, "--network="+ledger.Params.GenesisID.String()).fine().stdout
	require.Equal(t, text, same)
	dev := genesis.Dev().Params.GenesisID
	other := offline("--from=dave", "--to=bob", "--amount=2", "--sequence=0", "--sign-only", "--network="+dev.String(),
		"--manager=http://127.0.0.1:1").fine().stdout
	require.Contains(t, other, dev.String())

	signed := filepath.Join(t.TempDir(), "signed.json")
	require.NoError(t, os.WriteFile(signed, []byte(text), 0o600))
	require.Contains(t, n.run("send", "--raw="+signed).fine().stdout, "2 for ")
	n.run("send", "--raw="+signed).ends(1, "node "+n.node(0)+": transfer is pending already")
	require.NoError(t, os.WriteFile(signed, []byte(other), 0o600))
	n.run("send", "--raw="+signed).ends(1, "meant for another network: "+dev.String())
	require.NoError(t, os.WriteFile(signed, []byte(`{"sender": "alice", "recipient": "bob", "amount": 1}`), 0o600))
	n.run("send", "--raw="+signed).ends(2, "not signed")
	n.run("send", "--raw="+signed+"x").ends(2, "no such file")

	offline("--from=dave", "--to=bob", "--amount=2", "--sign-only", "--genesis="+file).ends(3, "no network is running")
	offline("--from=dave", "--to=bob", "--amount=2", "--sequence=0", "--sign-only", "--network="+types.Hash{7}.String()).
		ends(2, `--to: unknown name: "bob"`)
	offline("--from=dave", "--to=bob", "--amount=2", "--sequence=0", "--sign-only", "--genesis="+file, "--network="+dev.String()).
		ends(2, "is not that of --genesis")
}

func testSendRefusals(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	before := n.mempool()
	good := map[string]string{"--from": "alice", "--to": "bob", "--amount": "3"}
	for _, row := range []struct {
		flag, value string
		code        int
		why         string
	}{
		{"--from", "zoe", 2, `--from: unknown name: "zoe", want an address or one of alice, bob, carol, dave`},
		{"--to", "zoe", 2, `--to: unknown name: "zoe"`},
		{"--to", "nm1xx", 2, "--to: not an address"},
		{"--from", types.NamedAddress("zoe").String(), 2, "no key to sign with"},
		{"--amount", "-3", 2, `--amount: not an amount: "-3"`},
		{"--amount", "1.123456789", 2, "more than 8 decimal places"},
		{"--amount", "0", 1, "zero-amount"},
		{"--amount", "5000", 1, "overspend: alice (" + types.NamedAddress("alice").String() + ") has "},
		{"--fee", "x", 2, "--fee"},
		{"--data", "{", 2, "--data"},
		{"--sequence", "99", 1, "sequence-gap"},
		{"--network", "7", 2, "--network"},
		{"--network", types.Hash{7}.String(), 1, "meant for another network"},
		{"--node", "1", 2, "no node 1 is running"},
		{"--raw", "x", 2, "--raw goes without --from"},
	} {
		args := []string{"send", row.flag + "=" + row.value}
		for flag, value := range good {
			if flag != row.flag {
				args = append(args, flag+"="+value)
			}
		}
		n.run(args...).ends(row.code, row.why)
	}
	n.run("send").ends(2, "--from is missing")
	n.run("pay", "alice", "bob").ends(2, "2 arguments, want three, FROM TO AMOUNT")
	n.run("pay", "alice", "bob", "1", "--to=bob").ends(2, "--to goes without arguments")
	n.run("pay", "alice", "zoe", "1").ends(2, `--to: unknown name: "zoe"`)
	n.run("send", "--from=alice", "--to=bob", "--amount=1", "--sign-only", "--wait").ends(2, "--wait")
	require.ElementsMatch(t, before, n.mempool())
}
