package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	neturl "net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

func TestEventsOfANetwork(t *testing.T) {
	n := startNetwork(t, 2)
	n.run("mine", "--min=0s", "--max=0s").fine()
	until(t, "the block", func() bool {
		listed := n.run("events", "--types=network-up,block-mined", "--nodes=n0")
		require.Equal(t, 0, listed.code, listed.stderr)
		return strings.Count(listed.stdout, "\n") == 1 && strings.Contains(listed.stdout, "n0   block-mined")
	})
	n.run("events", "--types=blocks").ends(2, "block-connected")
	n.run("events", "--from=yesterday").ends(2, "want start, now or an offset")
	n.run("events", "--nodes=n7").ends(2, "n7")

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	followed := make(chan result, 1)
	args := []string{"events", "-f", "--from=start", "--json", "--config=", "--logs=" + n.logs()}
	seen, once := make(chan struct{}), false
	go func() {
		followed <- executeWatched(ctx, t, func(text string) {
			if !once && strings.Contains(text, "network-up") {
				once = true
				close(seen)
			}
		}, args...)
	}()
	<-seen
	n.run("stop").fine()
	all := <-followed
	require.Equal(t, 0, all.code, all.stderr)
	expected, last := uint64(1), events.Event{}
	for line := range strings.Lines(all.stdout) {
		require.NoError(t, json.Unmarshal([]byte(line), &last))
		require.Equal(t, expected, last.Offset)
		expected++
	}
	require.Equal(t, events.NetworkDown{Clean: true}, last.Data, "it ends with the network")
	n.run("events", "-f").ends(3, "no network is running")
}

// A node chooses some of the words in its events.
func TestAnEventForProgramsIsPrintable(t *testing.T) {
	data := events.NodeSilent{Error: "\u009b2J\u202e"}
	text := must(json.Marshal(events.Event{Type: data.Type(), Node: "n1", Data: data}))
	record, err := events.ParseRecord(text)
	require.NoError(t, err)
	var printed bytes.Buffer
	p := &eventPrinter{out: terminal.New(&printed, true)}
	require.NoError(t, p.print(record))
	requirePrintable(t, printed.String())
	require.JSONEq(t, string(text), printed.String())
}

func TestAnEventForPeople(t *testing.T) {
	at := time.Date(2026, 11, 28, 12, 0, 0, 1_000_000, time.Local)
	peer := types.NodeID{7}
	for want, data := range map[string]events.Data{
		"peer-linked       peer=n7 outbound=true":                   events.PeerLinked{Peer: peer, Outbound: true},
		"node-silent       error=\"no \\x1b[31m answer\"":           events.NodeSilent{Error: "no \x1b[31m answer"},
		"peer-lost         peer=090000000000 seconds=0.25":          events.PeerLost{Peer: types.NodeID{9}, Seconds: 0.25},
		"mining-result     block=3/000000000000 seconds=1":          events.MiningResult{Block: &events.BlockRef{Index: 3}, Seconds: 1},
		"transaction-submitted id=000000000000 sender=nm1qqqqqqqq…": events.TransactionSubmitted{Amount: types.Coin},
	} {
		var text bytes.Buffer
		p := &eventPrinter{out: terminal.New(&text, false), names: map[string]string{peer.String(): "n7"}}
		record, err := events.ParseRecord(must(json.Marshal(events.Event{Time: at, Type: data.Type(), Node: "n1", Data: data})))
		require.NoError(t, err)
		require.NoError(t, p.print(record))
		require.True(t, strings.HasPrefix(text.String(), "12:00:00.001  n1   "+want), "%q, want %q", text.String(), want)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// Through a race, a node that is killed and a manager that is killed and starts again,
// who follows misses no event and goes on where it was.
func TestNoEventIsMissedThroughFaults(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	n := startNetwork(t, 3, "-d", data)
	n.run("mine", "--race", "--rounds=3").fine()
	n.run("nodes", "kill", "n1").fine()
	before, id := follow(t, n.record.URL, "", func(e events.Event) bool { return e.Node == "n1" && e.Type == events.NodeDown{}.Type() })
	require.EqualValues(t, 1, before[0].Offset)
	require.Equal(t, events.Fault, before[len(before)-1].Data.(events.NodeDown).Why)
	require.NoError(t, n.command.Process.Kill())
	<-n.ended

	again := startAgain(t, n, "-d", data)
	after, _ := follow(t, again.record.URL, id, func(e events.Event) bool { return e.Type == events.NetworkUp{}.Type() })
	require.Equal(t, before[len(before)-1].Offset+1, after[0].Offset, "it goes on where it was")
	gone := map[string]string{}
	for _, e := range after {
		if down, ok := e.Data.(events.NodeDown); ok && down.Left {
			gone[e.Node] = down.Why
		}
	}
	require.Equal(t, map[string]string{"n0": events.Gone, "n1": events.Asked, "n2": events.Gone}, gone)
	all, _ := follow(t, again.record.URL, "", func(e events.Event) bool { return e.Offset == after[len(after)-1].Offset })
	require.Len(t, all, int(after[len(after)-1].Offset), "from the first event on")
	again.run("stop").fine()
}

// startAgain starts a manager on the ports and folders of one that has ended.
func startAgain(t *testing.T, n *liveNetwork, args ...string) *liveNetwork {
	again := &liveNetwork{T: t, place: n.place, port: n.port}
	until(t, "the end of the nodes", func() bool {
		for i := range 4 {
			if !isFree(n.port + i) {
				return false
			}
		}
		return true
	})
	args = append([]string{"--config=", "--genesis=" + n.genesis, "--logs=" + n.logs(), "--threads=1",
		"-p", strconv.Itoa(n.port), "-a", "3"}, args...)
	again.child = start(t, args, func(c *exec.Cmd) { c.Env = append(os.Environ(), asManager+"=1", "GORACE=atexit_sleep_ms=0") })
	until(t, "the network", func() bool {
		record, err := lastrun.Read(n.logs())
		again.record = record
		return err == nil && record != nil && record.PID == again.command.Process.Pid
	})
	return again
}

// follow takes events after one of an id, or from the start, up to the last one, and
// requires that no offset is missing.
func follow(t *testing.T, url, after string, last func(events.Event) bool) (list []events.Event, id string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	enough := errors.New("enough")
	f := &httpclient.Follow{Query: neturl.Values{"from": {"start"}}, Last: after}
	f.Take = func(e httpclient.Followed) error {
		if len(list) > 0 {
			require.Equal(t, list[len(list)-1].Offset+1, e.Offset)
		}
		list, id = append(list, e.Event), events.ID{Stream: e.Stream, Offset: e.Offset}.String()
		if last(e.Event) {
			return enough
		}
		return nil
	}
	require.ErrorIs(t, client.NewManager(url, "", &http.Client{}).Follow(ctx, f), enough)
	return list, id
}

// Who asks for the events of a network that has ended is told where they are.
func TestEventsOfANetworkThatHasEnded(t *testing.T) {
	folder := t.TempDir()
	writeRecord(t, folder, lastrun.Record{State: lastrun.Ended, URL: "http://127.0.0.1:1", Events: filepath.Join(folder, "kept")})
	execute(t, "events", "--logs="+folder, "--config=").ends(exitNoNetwork, "the events of the one that ended are in "+filepath.Join(folder, "kept"))
}
