package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/doctor"
	"networkmngr/internal/events/state"
	"networkmngr/internal/genesis"
	"networkmngr/internal/manager"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// foul is what a terminal obeys, and what leads its reader astray.
const foul = "x\x1b[31m\a\r\nroot@host:~# \x7f\u009b2J\u202e\u2028"

// requirePrintable checks that a terminal is told nothing but lines of printable
// characters, none of which somebody else began.
func requirePrintable(t *testing.T, text string) {
	t.Helper()
	for _, c := range text {
		require.True(t, c == '\n' || unicode.IsPrint(c), "%q in %q", c, text)
	}
	for line := range strings.Lines(text) {
		require.False(t, strings.HasPrefix(strings.TrimSpace(line), "root@host"), text)
	}
}

// foulServer is a manager and its node, which answer in words of an attacker's.
func foulServer(t *testing.T, refuse bool) string {
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refuse {
			w.WriteHeader(http.StatusTeapot)
			_ = json.NewEncoder(w).Encode(api.ErrorForm{Error: &api.Error{Code: foul, Message: foul}})
			return
		}
		answer := foulAnswer(r.Method+" "+r.URL.Path, server.Listener.Addr().String())
		text, err := json.Marshal(answer)
		if err == nil && r.URL.Path == "/start/mining" {
			_, err = fmt.Fprintf(w, "event: done\ndata: %s\n\n", text)
		} else if err == nil {
			_, err = w.Write(text)
		}
		if err != nil {
			t.Error(err)
		}
	})
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func foulAnswer(route, address string) any {
	exit := &api.Exit{Code: 1, Message: foul}
	runs := api.NodeState{NodeInfo: types.NodeInfo{Address: address, P2P: []string{foul}}, Port: 5000, State: api.Running}
	ended := api.NodeState{NodeInfo: types.NodeInfo{Address: foul}, Port: 5001, State: foul, Exit: exit}
	stopped := api.StoppedNode{Node: foul, Exit: exit}
	switch route {
	case "GET /nodes":
		return api.Nodes{Count: 2, Running: 1, Nodes: []api.NodeState{runs, ended}}
	case "POST /nodes":
		return api.Added{Message: foul, Node: ended}
	case "DELETE /nodes/5000":
		return api.Removed{Message: foul, StoppedNode: stopped}
	case "POST /start/mining", "POST /stop/mining":
		return api.MiningReport{Message: foul, Sent: 1, Tips: []api.NodeTip{{Node: foul, Error: new(foul)}}}
	case "GET /blockchain":
		return api.Blockchain{Name: foul, TotalWork: foul}
	case "GET /accounts":
		return api.Accounts{Accounts: []api.Balance{{Name: foul}, {Node: foul}}}
	case "GET /accounts/" + types.NamedAddress("alice").String():
		return api.Account{Name: foul, History: []api.Movement{{Direction: foul, Other: &types.Address{}, OtherName: foul}}}
	case "GET /mempool":
		return api.Mempool{
			Count: 1, Transactions: []types.Transaction{{Kind: types.Transfer}},
			Entries: []api.MempoolEntry{{Parties: api.Parties{SenderName: foul, RecipientName: foul}}},
		}
	case "GET /state":
		return state.State{Nodes: []state.Node{{Name: foul, State: foul}, {State: foul, Peers: []state.Link{{}}}}}
	case "GET /chain/tips":
		return api.Tips{Tips: []api.ChainTip{{Status: foul}, {Tip: api.Tip{Hash: types.Hash{1}}, Status: foul, TotalWork: foul}}}
	case "GET /blocks/" + types.Hash{1}.String():
		return api.BlockDetails{Block: foulBlock()}
	case "GET /chain":
		return api.Chain{Length: 1, Chain: []types.Block{foulBlock()}}
	case "GET /blocks/0":
		return foulBlock()
	}
	return map[string]any{}
}

// foulBlock is a genesis block with such data.
func foulBlock() types.Block {
	block := genesis.Dev().Block
	data, _ := json.Marshal(foul)
	data = []byte(strings.ReplaceAll(string(data), `\u2028`, "\u2028"))
	block.Transactions = []types.Transaction{{Kind: types.Coinbase, Data: data}}
	return block
}

var foulCommands = []string{
	"status", "nodes", "nodes add", "nodes remove 5000", "mine", "mine --stop", "chain", "chain 0",
	"send --from alice --to bob --amount 1", "balance", "balance alice", "mempool", "peers", "forks", "load --for 1s --rate 1",
}

// signed are the commands whose JSON has data as it was signed.
var signed = []string{"chain", "mempool", "balance"}

// Whatever a manager and its nodes say, every command shows it harmlessly.
func TestWhatOthersSayIsPrintable(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		url := foulServer(t, refuse)
		for _, line := range foulCommands {
			for _, more := range []string{"", " --json"} {
				r := execute(t, append(strings.Fields(line+more), "--config=", "--logs="+t.TempDir(), "--manager="+url)...)
				requirePrintable(t, r.stderr)
				if more == "" || !slices.Contains(signed, strings.Fields(line)[0]) {
					requirePrintable(t, r.stdout)
				}
				require.NotEmpty(t, r.stdout+r.stderr, line)
				require.True(t, !refuse || r.stderr != "", line)
			}
		}
	}
}

// A log may hold anything, as a program that fails writes to it too.
func TestLogsArePrintable(t *testing.T) {
	folder := t.TempDir()
	value, err := json.Marshal(foul)
	require.NoError(t, err)
	text := "2026-11-20T19:00:00.000Z [INFO]  node-5000: said " + foul + "\n\tmain.go:3\n" +
		`{"@timestamp":"2026-11-20T19:00:01.000Z","@level":"warn","@module":` + string(value) + `,"@message":` + string(value) + `,"who":` + string(value) + "}\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "node-5000.log"), []byte(text), 0o600))
	for _, more := range []string{"--since=all", "--json"} {
		r := execute(t, "logs", "--config=", "--logs="+folder, more)
		require.Zero(t, r.code, r.stderr)
		require.Contains(t, r.stdout, "main.go:3")
		for _, c := range r.stdout {
			require.True(t, c == '\n' || unicode.IsPrint(c), "%q in %q", c, r.stdout)
		}
	}
}

// What is printed of flags, folders and errors is printable too.
func TestWordsOfOnesOwnArePrintable(t *testing.T) {
	for _, args := range [][]string{
		{foul}, {"--" + foul}, {"logs", "--since=" + foul}, {"status", "--manager=http://" + foul}, {"chain", foul},
		{"account", "new", foul}, {"logs", "--config=", "--logs=" + foul}, {"--genesis=" + foul, "--config="}, {"nodes", "remove", foul},
	} {
		r := execute(t, args...)
		requirePrintable(t, r.stdout+r.stderr)
		require.Equal(t, 1, strings.Count(r.stderr, "\n"), r.stderr)
	}
	var text bytes.Buffer
	out := terminal.New(&text, false)
	printSummary(&text, manager.Summary{Nodes: 1, URL: foul, Node: foul, Logs: foul, Data: foul})
	require.NoError(t, printStopped(out, api.Stopped{Message: foul, Nodes: []api.StoppedNode{{Node: foul, Exit: &api.Exit{Message: foul}}}}))
	printResults(out, []doctor.Result{{Check: foul, Grade: doctor.Failed, Found: foul, Advice: foul}})
	out.Printf("%s\n", resultLine(out, api.MiningResult{Node: foul, Error: new(foul)}))
	progress := newStartProgress(out)
	progress.notice(foul)
	progress.end()
	requirePrintable(t, text.String())
}
