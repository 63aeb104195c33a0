package command

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/terminal"
	"networkmngr/internal/watch"
)

func TestMisuseOfCommands(t *testing.T) {
	folder := t.TempDir()
	for _, test := range []struct{ args, why string }{
		{"stat", `unknown command "stat": did you mean status or stop?`},
		{"frobnicate", `unknown command "frobnicate": see networkmngr --help`},
		{"stat --help", `unknown command "stat": did you mean status or stop?`},
		{"nodes nosuch --help", `unknown command "nosuch": see networkmngr nodes --help`},
		{"status extra", `unknown argument "extra"`},
		{"status --nonsense", "unknown flag: --nonsense"},
		{"status --manager=127.0.0.1:4999", "want a URL such as http://127.0.0.1:4999"},
		{"nodes --logs=", "logs is empty"},
		{"nodes add 5006 5007", "2 arguments, want one at most: the name or port of a node"},
		{"mining --hashrate=many", `--hashrate "many": want a number`},
		{"pay alice bob -1", "networkmngr pay: -1: want no number below 0"},
		{"pay alice", "networkmngr pay: 1 argument, want three"},
		{"nodes remove", "want one: the name or port of a node"},
		{"machines remove", "0 arguments, want one: the URL of a manager that has joined, or its host and port"},
		{"machines remove a b", "2 arguments, want one"},
		{"machines nosuch", `unknown command "nosuch": see networkmngr machines --help`},
		{"nodes kill n1 n2", "2 arguments, want one: the name or port of a node"},
		{"balance --limit=0", "--limit 0: want 1 to 100"},
		{"forks --limit=0", "--limit 0: want 1 to 100"},
		{"mempool --limit=501", "--limit 501: want 1 to 500"},
		{"load --rate=0", "--rate 0: want 1 to 100000"},
		{"load --for=-1s", "--for -1s: want more than 0s"},
		{"clock set", "nothing to set"},
		{"mining --hashrate=-5", "--hashrate -5: want 0 or more"},
		{"mining --hashrate=NaN", "--hashrate NaN: want 0 or more"},
		{"mining --interval=-3s", "--interval -3s: want a time from 0s"},
		{"mining set --hashrate=-5", "--hashrate -5: want 0 or more"},
		{"mining set --hashrate=inf", "--hashrate +Inf: want 0 or more"},
		{"mining set --shares=n0=x", `--shares: that of n0 is "x", want a number, 0 or more`},
		{"links set n0 n1 --for=-1s", "--for -1s: want more than 0s"},
		{"links set n0 n1 --delay=x", `links set: --delay: "x", want a time such as 120ms`},
		{"partition n0 n1 --for=-1s", "--for -1s: want more than 0s"},
		{"disconnect n0 n1 --for=-1s", "--for -1s: want a time from 0s to 8760h0m0s"},
		{"ban n0 n1 --for=9999h", "--for 9999h0m0s: want a time from 0s to 8760h0m0s"},
		{"faults nowhere", "nowhere: no such file"},
		{"send", "--from is missing"},
		{"send a b x", `--amount: not an amount: "x"`},
		{"send a b 1 --network=x", "--network: "},
		{"strategy n0 double-spend --amount=x", `--amount: not an amount: "x"`},
		{"nodes -x", "unknown flag: -x: see networkmngr nodes --help"},
		{"config --port=99999999999999999999", `--port "99999999999999999999" is out of bounds`},
		{"mine --rounds=x", `--rounds "x": want a whole number`},
		{"mine --min=3", `--min "3": want a time such as 500ms or 30s`},
		{"load --seed=-1", `--seed "-1": want a whole number, 0 or more`},
		{"config --log-json=maybe", `--log-json "maybe": want true or false`},
		{"mining --threads=many", `--threads "many": want a whole number`},
		{"reorg", "0 arguments, want one: how many blocks are to leave the main chain"},
		{"reorg 0", `"0": want a number of blocks from 1 to 900`},
		{"reorg 3 4", "2 arguments, want one"},
		{"invalidate n1", "1 argument, want two: the name or port of a node, and the height or hash of a block"},
		{"reconsider", "0 arguments, want two"},
		{"mining n0", `unknown command "n0": see networkmngr mining --help`},
		{"nodes ad", `unknown command "ad": did you mean add?`},
		{"statsu", `unknown command "statsu": did you mean status?`},
		{"nodes --jsno", `unknown flag: --jsno: did you mean --json?`},
		{"node --prot=5000", `unknown flag: --prot: did you mean --port?`},
		{"mine --rounds=0", "--rounds 0: want 1 to 10000"},
		{"mine --rounds=10001", "--rounds 10001: want 1 to 10000"},
		{"mine --min=-1s", "--min -1s: want a time from 0s to 1h0m0s"},
		{"mine --max=2h", "--max 2h0m0s: want a time from 0s to 1h0m0s"},
		{"mine --min=5s --max=1s", "--min 5s is more than --max, 1s"},
		{"mine --race --min=1s", "--race has no pauses"},
		{"mine --rounds=0x10", `--rounds "0x10": want a whole number`},
		{"send a b 1 --sequence=1_000", `--sequence "1_000": want a whole number`},
		{"mine --stop --race", "--stop goes without --race"},
		{"mine --continuous --rounds=2", "without --rounds"},
		{"chain x", `"x": want a height`},
		{"chain 5-2", `"5-2": want a height`},
		{"chain 1 2", `"1 2": want a height`},
		{"chain 00ff", `"00ff": want a height`},
		{"logs --level=loud", "unknown log level"},
		{"logs --grep=(", "--grep"},
		{"logs --since=yesterday", `--since "yesterday"`},
		{"logs --logs=/nowhere/at/all", "log folder"},
		{"config -a 0", "amount 0"},
		{"doctor -p 70000", "port 70000"},
		{"version 2", "unknown argument"},
	} {
		args := strings.Fields(test.args)
		if args[0] != "version" && len(args[0]) < 8 && args[0] != "stat" {
			args = append(args, "--config=")
		}
		if args[0] == "mine" || args[0] == "chain" {
			args = append(args, "--manager=http://127.0.0.1:4999")
		}
		if strings.HasPrefix(test.args, "logs") && !strings.Contains(test.args, "--logs") {
			args = append(args, "--logs="+folder)
		}
		execute(t, args...).ends(exitMisuse, test.why)
	}
}

func TestEveryCommandHelps(t *testing.T) {
	requireHelp(t, Manager(watch.Show))
	execute(t, "help", "nodes", "nosuch").ends(exitMisuse, `unknown command "nosuch": see networkmngr nodes --help`)
	require.Contains(t, execute(t, "help", "nodes", "add").fine().stdout, "Start one more node")
	execute(t, "completion", "--help").fine()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		for line := range strings.Lines(execute(t, "completion", shell, "--help").fine().stdout) {
			require.LessOrEqual(t, terminal.Width(strings.TrimSuffix(strings.ReplaceAll(line, "\t", "        "), "\n")), terminal.Columns, line)
		}
	}
}

// A line that is too wide goes on with the next one of its paragraph.
func TestHelpIsFoldedByParagraphs(t *testing.T) {
	wide := strings.Repeat("word ", 17) + "end"
	first := strings.TrimSuffix(strings.Repeat("word ", 16), " ")
	for text, want := range map[string]string{
		wide + "\nof it.\n\nMore":   first + "\nword end of it.\n\nMore",
		wide + "\n\nMore":           first + "\nword end\n\nMore",
		wide + "\n  a line of code": first + "\nword end\n  a line of code",
		wide:                        first + "\nword end",
	} {
		require.Equal(t, want, narrowText(text))
	}
}

// What no flag takes is refused in words of ours, which name the flag and no function of Go's.
func TestFlagsAreRefusedInPlainWords(t *testing.T) {
	execute(t, "nodes", "--manager").ends(exitMisuse, "networkmngr nodes: --manager stands without a value\n")
	refuseNonsense(t, Manager(watch.Show))
}

// refuseNonsense gives nonsense to each flag, but for texts and lists of them, of a command
// and of all below it.
func refuseNonsense(t *testing.T, command *cobra.Command) {
	command.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		if slices.Contains([]string{"string", "list"}, flag.Value.Type()) || flag.Name == "help" || flag.Name == "version" {
			return
		}
		args := append(strings.Fields(command.CommandPath())[1:], "--"+flag.Name+`="x`)
		r := execute(t, args...)
		if flag.Value.Type() != "value" { // a link's, some of which the manager judges
			r.ends(exitMisuse, "--"+flag.Name+" \"")
		}
		require.NotRegexp(t, `strconv|pars(e|ing)|invalid (argument|syntax|duration)|time:`, r.stderr, args)
	})
	for _, below := range command.Commands() {
		refuseNonsense(t, below)
	}
}

// An empty argument, as of a variable that is not set, is said to be one.
func TestEmptyArguments(t *testing.T) {
	for why, args := range map[string][]string{
		"an empty argument, want one at most: an account's name":     {"balance", ""},
		"an empty argument, want one at most: the name or port":      {"nodes", "add", ""},
		"an empty argument, want one at most: the name of a":         {"heal", ""},
		"2 arguments, one of them empty, want two: the name or port": {"invalidate", "n0", ""},
	} {
		execute(t, args...).ends(exitMisuse, why)
	}
}

// requireHelp looks at the help of a command and of all below it.
func requireHelp(t *testing.T, command *cobra.Command) {
	words := strings.Fields(command.CommandPath())[1:]
	r := execute(t, append(words, "--help")...)
	require.Zero(t, r.code)
	require.NotEmpty(t, command.Short+command.Long)
	require.Contains(t, r.stdout, "Usage:")
	if command.Name() != "version" {
		require.Contains(t, r.stdout, "Examples:", command.Name())
	}
	for line := range strings.Lines(r.stdout) {
		require.LessOrEqual(t, terminal.Width(strings.TrimSuffix(line, "\n")), terminal.Columns, line)
	}
	if command.HasAvailableSubCommands() {
		require.Contains(t, r.stdout, "\n\""+command.CommandPath()+" [command] --help\" tells more of a command.")
	}
	for _, below := range command.Commands() {
		requireHelp(t, below)
	}
}

// The record leads to the network only while it says that it runs.
func TestWhereANetworkIsLookedFor(t *testing.T) {
	logs := t.TempDir()
	settings := config.ClientSettings{Manager: config.DefaultManager()}
	settings.Manager.Log.Folder = logs
	at := func() string {
		n, err := findNetwork(settings)
		require.NoError(t, err)
		return n.url
	}
	_, err := findNetwork(settings)
	require.ErrorIs(t, err, errNoNetwork, "whoever listens at the default address is another one")
	writeRecord(t, logs, lastrun.Record{State: api.Running, URL: "http://127.0.0.1:7000"})
	require.Equal(t, "http://127.0.0.1:7000", at())
	settings.URL = "http://127.0.0.1:8000/"
	require.Equal(t, "http://127.0.0.1:8000", at())
	settings.URL = ""
	writeRecord(t, logs, lastrun.Record{State: lastrun.Ended, URL: "http://127.0.0.1:7000"})
	_, err = findNetwork(settings)
	require.ErrorIs(t, err, errNoNetwork, "and so here")

	require.NoError(t, os.WriteFile(filepath.Join(logs, "run.json"), []byte("{"), 0o600))
	_, err = findNetwork(settings)
	require.ErrorContains(t, err, "run.json")
	settings.URL = "http://127.0.0.1:8000"
	require.Equal(t, "http://127.0.0.1:8000", at(), "no need of the record")
}

func TestAStaleRecord(t *testing.T) {
	logs, port := t.TempDir(), freePorts(t, 1)
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	writeRecord(t, logs, lastrun.Record{State: api.Running, URL: url, PID: 77, StartedAt: time.Now()})
	r := execute(t, "status", "--config=", "--logs="+logs)
	r.ends(exitNoNetwork, "nobody answers at "+url+", where process 77 started one on ")
	require.Empty(t, r.stdout)
}

// Who has a dead manager's address by now, be it a manager or not, is left alone.
func TestARecordOfAnotherNetwork(t *testing.T) {
	for _, answer := range []string{`{"run": {"pid": 78, "started_at": "2026-11-20T16:00:00Z"}}`, "<html>", ""} {
		other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			require.Equal(t, "/", r.URL.Path, "nothing is asked of it")
			if answer == "" {
				http.NotFound(w, r)
			}
			_, _ = io.WriteString(w, answer)
		}))
		logs := t.TempDir()
		writeRecord(t, logs, lastrun.Record{State: api.Running, URL: other.URL, PID: 77, StartedAt: time.Now()})
		for _, command := range []string{"status", "stop", "mine", "nodes add", "load", "send --from=alice --to=bob --amount=1"} {
			args := append(strings.Fields(command), "--config=", "--logs="+logs)
			execute(t, args...).ends(exitNoNetwork, "another one than that of process 77")
		}
		execute(t, "__complete", "chain", "--config=", "--logs="+logs, "--node", "")
		other.Close()
	}
}

// Two networks in one log folder are told apart by their managers.
func TestTwoRecordsOfRunningNetworks(t *testing.T) {
	logs := t.TempDir()
	first, second := lastrun.Recorder{Logs: logs}, lastrun.Recorder{Logs: logs}
	begin := func(r *lastrun.Recorder, port int) {
		require.NoError(t, r.Begin(lastrun.Record{State: api.Running, PID: os.Getpid(), StartedAt: time.Now(), URL: fmt.Sprintf("http://127.0.0.1:%d", port)}))
	}
	begin(&first, 7000)
	begin(&second, 8000)
	execute(t, "stop", "--config=", "--logs="+logs).ends(exitMisuse, "--manager http://127.0.0.1:7000 or --manager http://127.0.0.1:8000")
	require.NoError(t, first.Update(func(r *lastrun.Record) { r.State = lastrun.Ended }))
	record, err := recorded(logs)
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:8000", record.URL)
}

func TestWhatARefusalAdvises(t *testing.T) {
	n := &network{url: "http://here"}
	err := n.explain(&api.Error{Status: http.StatusUnauthorized, Message: "no token"})
	require.ErrorContains(t, err, "no token; give the network's token with --token-file or NETWORKMNGR_TOKEN")
	require.NoError(t, n.explain(nil))
}

func TestConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("NETWORKMNGR_PEERS_OUT", "3")
	require.NoError(t, os.WriteFile("networkmngr.yaml", []byte("amount: 2\ntoken: secret-enough-for-me\n"), 0o600))
	got := execute(t, "config", "-p", "7000").fine().stdout
	require.Equal(t, ""+
		"setting              value      from\n"+
		"─────────────────────────────────────────────────────\n"+
		"port                 7000       --port\n"+
		"amount               2          networkmngr.yaml\n"+
		"data                 -          default\n"+
		"threads              0          default\n"+
		"real-time            false      default\n"+
		"snapshots            -          default\n"+
		"record               false      default\n"+
		"no-manager-registry  false      default\n"+
		"join                 -          default\n"+
		"quiet                false      default\n"+
		"restart              -          default\n"+
		"dashboard            -          default\n"+
		"host                 127.0.0.1  default\n"+
		"genesis              -          default\n"+
		"blocks               -          default\n"+
		"block-template       block      default\n"+
		"advertise            -          default\n"+
		"quic                 false      default\n"+
		"peers-out            3          NETWORKMNGR_PEERS_OUT\n"+
		"group-by             address    default\n"+
		"group-v4             16         default\n"+
		"group-v6             32         default\n"+
		"group-members        0          default\n"+
		"seeds                -          default\n"+
		"known-nodes          8          default\n"+
		"token                ********   networkmngr.yaml\n"+
		"token-file           -          default\n"+
		"tls                  false      default\n"+
		"tls-cert             -          default\n"+
		"tls-key              -          default\n"+
		"fingerprint          -          default\n"+
		"allow-hosts          -          default\n"+
		"allow-origins        -          default\n"+
		"sign                 false      default\n"+
		"lab                  -          default\n"+
		"clock-offset         0s         default\n"+
		"clock-drift          0%         default\n"+
		"logs                 logs       default\n"+
		"log-level            info       default\n"+
		"log-json             false      default\n", got)
	require.Equal(t, "setting source value", keys(t, execute(t, "config", "--json").stdout))
	settings := decode[[]config.Explained](t, execute(t, "config", "--json").fine().stdout)
	require.Contains(t, settings, config.Explained{Name: "token", Value: "********", Source: "networkmngr.yaml"})
}

func TestVersion(t *testing.T) {
	require.Equal(t, "go modified platform revision software", keys(t, execute(t, "version", "--json").stdout))
	v := decode[config.Version](t, execute(t, "version", "--json").fine().stdout)
	require.Equal(t, config.Software, v.Software)
	require.Equal(t, runtime.Version(), v.Go)
	require.Contains(t, execute(t, "version").fine().stdout, config.Software+" ")
	v.Revision, v.Modified = "0123456789abcdef", true
	require.Contains(t, v.String(), " (0123456789ab, modified) go")
}

// Who asks for a list that cannot be written must not take it for empty.
func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{{"config"}, {"config", "--json"}, {"version"}, {"doctor"}, {"logs"}} {
		logs, _ := logFolder(t)
		command := Manager(watch.Show)
		command.SetArgs(append(args, "--config=", "--logs="+logs))
		if args[0] == "version" {
			command.SetArgs(args)
		}
		command.SetOut(fullDisk{})
		var stderr bytes.Buffer
		require.Equal(t, exitFailed, run(t.Context(), command, &stderr), args)
		require.Contains(t, stderr.String(), syscall.ENOSPC.Error())
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestVersionAsAFlag(t *testing.T) {
	t.Chdir(t.TempDir())
	want := execute(t, "version").fine().stdout
	require.Equal(t, want, execute(t, "--version").fine().stdout)
	require.Equal(t, want, execute(t, "node", "--version").fine().stdout)
}
