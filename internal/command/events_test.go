package command

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
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
