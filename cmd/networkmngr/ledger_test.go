package main_test

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// command runs one that speaks to the network, and returns what it prints.
func (n *network) command(args ...string) string {
	n.t.Helper()
	p := n.world.start("networkmngr", args...)
	require.Zero(n.t, p.exitCode(), p.stderr)
	return p.stdout.String()
}

// python runs the README's example that holds a word, on a node of the test's.
func (w *world) python(word string, port int, args ...string) string {
	w.t.Helper()
	for _, block := range w.readme() {
		_, program, _ := strings.Cut(block, "<<'END'\n")
		program, _, _ = strings.Cut(program, "END\n")
		if !strings.Contains(program, word) {
			continue
		}
		script := regexp.MustCompile(`127\.0\.0\.1:500\d`).ReplaceAllString(program, address(port))
		run := exec.Command("python3", append([]string{w.write("example.py", script)}, args...)...)
		run.Dir = w.folder
		said, err := run.CombinedOutput()
		require.NoError(w.t, err, "%s (scripts/test installs what is missing)", said)
		return string(said)
	}
	require.Fail(w.t, "the README has no such example", word)
	return ""
}

// The README's walk through accounts and transfers: the node signs, a key file
// signs, and a stranger's program signs.
func TestLedgerWalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env = []string{"NETWORKMNGR_ACCOUNTS=" + w.path("accounts"), "NETWORKMNGR_PASSPHRASE=open sesame"}
	n := w.launch(2).awaitReady()
	node := n.ports[0]
	require.NotEmpty(t, w.python("merkle_root", node), "the genesis block alone")

	answer := post[struct{ Location string }](t, node, "/transactions",
		map[string]any{"sender": "alice", "recipient": "bob", "amount": 3})
	require.Regexp(t, "^/transactions/[0-9a-f]{64}$", answer.Location)
	n.command("account", "new", "zoe")
	var zoe struct{ Address string }
	require.NoError(t, json.Unmarshal([]byte(n.command("account", "show", "zoe", "--json")), &zoe))
	n.command("send", "--from=alice", "--to=zoe", "--amount=3")
	mined := get[struct{ Block blockForm }](t, node, "/mine").Block
	require.Len(t, mined.Transactions, 3)

	signed := w.write("transfer.json", n.command("send", "--from=zoe", "--to=bob", "--amount=1", "--sign-only"))
	n.command("send", "--raw", signed)
	pem := w.write("zoe.pem", n.command("account", "export", "zoe"))
	said := w.python("pkeyutl", node, pem, n.command("account", "show", "zoe", "--json"))
	require.Equal(t, "transaction accepted, it waits for a block\n", said)
	mined = get[struct{ Block blockForm }](t, node, "/mine").Block
	require.Len(t, mined.Transactions, 3)
	require.Equal(t, json.Number("1004.1"), balance(t, node, "bob"))
	require.Equal(t, "3 blocks are what they say\n", w.python("merkle_root", node))
	require.FileExists(t, filepath.Join(w.folder, "accounts", "zoe.json"))
	n.stop()
}

// The README's day with the ledger: each step on another node of six.
func TestLedgerDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(6).awaitReady()
	sent := post[struct{ ID string }](t, n.ports[1], "/transactions",
		map[string]any{"sender": "alice", "recipient": "bob", "amount": 3})
	isPending := func() bool {
		told, err := try[struct{ Status string }](http.MethodGet, n.ports[5], "/transactions/"+sent.ID, nil)
		return err == nil && told.Status == "pending"
	}
	eventually(t, isPending, "the last node does not hear of it")
	require.Equal(t, 1, get[struct{ Count int }](t, n.ports[5], "/mempool").Count)

	require.Len(t, get[struct{ Block blockForm }](t, n.ports[0], "/mine").Block.Transactions, 2)
	hasPaid := func() bool { return balance(t, n.ports[3], "alice") == "996.999" }
	eventually(t, hasPaid, "the block does not come to the fourth node")
	require.Equal(t, json.Number("1003"), balance(t, n.ports[3], "bob"))
	require.Equal(t, "block 1 holds it\n", w.python("siblings", n.ports[3]))
	n.stop()
}
