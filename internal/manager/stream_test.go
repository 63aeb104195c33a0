package manager_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/launch"
)

var errEnough = errors.New("enough")

// follow takes events from an id on, or from the start, until enough says so, and
// checks that no offset is missing. It returns all and the last one's id.
func (h *harness) follow(last string, enough func(events.Event) bool) (list []events.Event, id string) {
	h.Helper()
	ctx, cancel := context.WithTimeout(h.Context(), soon)
	defer cancel()
	f := &httpclient.Follow{Query: url.Values{"from": {"start"}}, Last: last}
	f.Take = func(e httpclient.Followed) error {
		if len(list) > 0 {
			require.Equal(h, list[len(list)-1].Offset+1, e.Offset)
		}
		list = append(list, e.Event)
		f.Last = events.ID{Stream: e.Stream, Offset: e.Offset}.String()
		if enough(e.Event) {
			return errEnough
		}
		return nil
	}
	of := client.NewManager(h.summary.URL, "", &http.Client{Transport: &http.Transport{DisableKeepAlives: true}})
	require.ErrorIs(h, of.Follow(ctx, f), errEnough)
	return list, f.Last
}

func (h *harness) stateAt(offset uint64) (s state.State) {
	answer := h.get(fmt.Sprintf("/state?at=%d", offset))
	require.Equal(h, http.StatusOK, answer.status, answer.body)
	require.NoError(h, json.Unmarshal([]byte(answer.body), &s))
	return s
}

// until waits for an event of a type on a node.
func until(node string, data events.Data) func(events.Event) bool {
	return func(e events.Event) bool { return e.Node == node && e.Type == data.Type() }
}

// count counts the events of a type.
func count(list []events.Event, data events.Data) (number int) {
	for _, e := range list {
		if e.Type == data.Type() {
			number++
		}
	}
	return number
}

func (h *harness) state() (s state.State) {
	require.NoError(h, json.Unmarshal([]byte(h.get("/state").body), &s))
	return s
}

// managerOf is what a state has of the manager.
func managerOf(state reply) string {
	var form struct{ Manager json.RawMessage }
	_ = json.Unmarshal([]byte(state.body), &form)
	return string(form.Manager)
}

func TestTheNodesEventsComeInOneOrder(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	require.Equal(t, http.StatusOK, h.get("/start/mining?min=0s&max=0s").status)
	tips := 0
	list, _ := h.follow("", func(e events.Event) bool {
		if tip, ok := e.Data.(events.TipMoved); ok && tip.Index == 3 {
			tips++
		}
		return tips == 3
	})
	require.EqualValues(t, 1, list[0].Offset)
	require.Equal(t, 3, count(list, events.NodeUp{}))
	require.Equal(t, 1, count(list, events.NetworkUp{}))
	require.Equal(t, 12, count(list, events.TipMoved{}), "the first and three blocks of each node")
	require.Zero(t, count(list, events.Gap{}))
	seqs, boots := map[string]uint64{}, map[string]string{}
	for _, e := range list {
		if e.Boot == "" {
			require.Zero(t, e.Seq)
			continue
		}
		require.Equal(t, seqs[e.Node]+1, e.Seq)
		seqs[e.Node] = e.Seq
		if boots[e.Node] == "" {
			boots[e.Node] = e.Boot
		}
		require.Equal(t, boots[e.Node], e.Boot)
	}
}

func TestStateOfThePast(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	before := h.state()
	require.Equal(t, http.StatusOK, h.post("/nodes/n1/kill", "").status)
	h.follow("", until("n1", events.NodeDown{}))
	require.Equal(t, before, h.stateAt(before.Offset))
	require.Equal(t, state.Running, h.stateAt(before.Offset).Nodes[1].State)
	now := h.state()
	require.Equal(t, now, h.stateAt(now.Offset))
	require.Equal(t, state.Down, now.Nodes[1].State)
	require.Empty(t, h.stateAt(1).Blocks)
	for _, bad := range []string{"0", "-1", "x", "99999999"} {
		require.Equal(t, http.StatusBadRequest, h.get("/state?at="+bad).status, bad)
	}
}

func TestStateAndTipOfANetwork(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.get("/start/mining?min=0s&max=0s")
	h.follow("", func(events.Event) bool { return h.state().Nodes[1].Tip.Index == 2 && h.state().Nodes[0].Tip.Index == 2 })
	s := h.state()
	require.Equal(t, "test", s.Network)
	require.Equal(t, []string{"n0", "n1"}, []string{s.Nodes[0].Name, s.Nodes[1].Name})
	require.Len(t, s.Nodes[0].Peers, 1)
	require.Len(t, s.Blocks, 2)
	params := h.config.Genesis.Params
	require.Equal(t, &events.Parameters{
		BlockTime: params.BlockTime, HalfLife: params.HalfLife, Reward: params.Reward, FloorBits: "207fffff",
		Coins: params.GenesisCoins, Time: params.Time,
	}, s.Parameters)
	require.Equal(t, h.node(0).self.ID.Account(), s.Nodes[0].Account)
	began, err := json.Marshal(h.record().StartedAt)
	require.NoError(t, err)
	require.JSONEq(t, fmt.Sprintf(`{"url": %q, "pid": %d, "started_at": %s, "software": "networkmngr test", "lab": %q, "token_required": false}`,
		h.summary.URL, os.Getpid(), began, h.record().Lab), managerOf(h.get("/state")))
	var tips api.TipsNow
	require.NoError(t, json.Unmarshal([]byte(h.get("/tip").body), &tips))
	require.True(t, tips.Agree)
	require.EqualValues(t, 2, *tips.Tips[0].Index)
	h.node(0).set(func(n *fakeNode) { n.alone = true })
	_, err = h.launcher.network.extend(h.node(0))
	require.NoError(t, err)
	h.eventually(func() bool {
		require.NoError(t, json.Unmarshal([]byte(h.get("/tip").body), &tips))
		return !tips.Agree
	}, "one node is ahead")
}

func TestEventsOfSomeNodesAndTypes(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	for _, query := range []string{"nodes=n1", fmt.Sprintf("nodes=%d", h.port(1))} {
		var page api.EventPage
		require.NoError(t, json.Unmarshal([]byte(h.get("/events?from=start&limit=1000&types=node-up,tip-moved&"+query).body), &page))
		require.NotEmpty(t, page.Events)
		for _, text := range page.Events {
			var e events.Event
			require.NoError(t, json.Unmarshal(text, &e))
			require.Equal(t, "n1", e.Node)
		}
	}
	h.requireError(h.get("/events?nodes=n7"), http.StatusNotFound, "unknown-node", "n7")
	h.requireError(h.get("/events?types=tips"), http.StatusBadRequest, "malformed", "tip-moved")
}

func TestTheEndOfANodeComesAfterItsLastEvent(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.node(1).events.Tell(events.NodePaused{})
	h.launcher.process(h.port(1)).Die(launch.Exit{Code: 3}, "panic: oh no\nmore")
	list, _ := h.follow("", until("n1", events.NodeDown{}))
	require.Equal(t, events.NodePaused{}, list[len(list)-2].Data)
	down := list[len(list)-1].Data.(events.NodeDown)
	require.Equal(t, events.Crash, down.Why)
	require.Equal(t, 3, down.Exit)
	require.Equal(t, "panic: oh no", down.Last)
	require.Equal(t, state.Down, h.state().Nodes[1].State)
}

func TestWhatANodeHasForgottenIsAGap(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	_, id := h.follow("", until("", events.NetworkUp{}))
	log := h.node(0).events
	for range 3000 { // of more than the fake's megabyte, faster than anybody reads
		log.Tell(events.Notice{Text: strings.Repeat("x", 1000)})
	}
	log.Tell(events.NodePaused{})
	list, _ := h.follow(id, until("n0", events.NodePaused{}))
	told := uint64(0)
	for _, e := range list {
		if gap, ok := e.Data.(events.Gap); ok {
			require.Equal(t, events.Lost, gap.Reason)
			require.Equal(t, "n0", e.Node)
			told += gap.Last - gap.First + 1
		} else if e.Boot != "" {
			told++
		}
	}
	require.GreaterOrEqual(t, told, uint64(3001))
}

func TestVerboseEventsAreAskedOfTheNodes(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	accepted := events.TransactionAccepted{}.Type()
	ctx, cancel := context.WithCancel(t.Context())
	got := make(chan events.Event, 100)
	of := client.NewManager(h.summary.URL, "", http.DefaultClient)
	followed := make(chan error, 1)
	go func() {
		followed <- of.Follow(ctx, &httpclient.Follow{
			Query: url.Values{"types": {string(accepted)}},
			Take:  func(e httpclient.Followed) error { got <- e.Event; return nil },
		})
	}()
	h.eventually(func() bool { return h.node(0).events.Wanted(accepted) && h.node(1).events.Wanted(accepted) }, "asked for")
	h.node(1).events.Tell(events.TransactionAccepted{})
	require.Equal(t, "n1", receives(t, got).Node)
	require.Equal(t, http.StatusOK, receives(t, h.sendLater("/state")).status, "though the last event is none that all are told of")
	cancel()
	require.ErrorIs(t, receives(t, followed), context.Canceled)
	h.eventually(func() bool { return !h.node(0).events.Wanted(accepted) }, "no longer")
	require.NotContains(t, h.get("/events?from=start&limit=1000").body, `"type":"gap"`, "nothing was lost while the nodes were asked anew")
}

func TestTheStreamGoesOnInAResumedNetwork(t *testing.T) {
	t.Parallel()
	data, logs := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "logs")
	in := func(h *harness) { h.config.Settings.Data, h.config.Settings.Log.Folder = data, logs }
	first := start(t, 2, in)
	_, err := first.launcher.network.extend(first.node(0))
	require.NoError(t, err)
	_, id := first.follow("", until("n1", events.BlockConnected{}))
	port, past := first.config.Settings.Port, first.state()
	require.NoError(t, first.stop())

	second := start(t, 2, in, func(h *harness) { h.config.Settings.Port = port })
	list, again := second.follow(id, until("", events.NetworkUp{}))
	before, err := events.ParseID(id)
	require.NoError(t, err)
	after, err := events.ParseID(again)
	require.NoError(t, err)
	require.Equal(t, before.Stream, after.Stream)
	require.Equal(t, before.Offset+1, list[0].Offset)
	require.Equal(t, 1, count(list, events.NetworkDown{}))
	require.Equal(t, 2, count(list, events.NodeUp{}))
	require.Len(t, second.state().Blocks, 1, "heads are known from before")
	require.Equal(t, past, second.stateAt(past.Offset), "as it was before the restart")
	all, _ := second.follow("", until("", events.NetworkUp{}))
	require.EqualValues(t, 1, all[0].Offset)
	require.NoError(t, second.stop())

	// Another network, or a log folder without the events, has another stream.
	third := start(t, 2, func(h *harness) { h.config.Settings.Log.Folder = logs })
	list, _ = third.follow(id, until("", events.NetworkUp{}))
	require.Equal(t, events.Gap{Reason: events.AnotherNetwork}, list[0].Data)
	require.NoError(t, third.stop())
	text, err := os.ReadFile(filepath.Join(logs, "events.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(text), `"type":"network-down"`, "the last word is on disk")
}

// Two managers may share a log folder: each keeps its events on disk, and goes on with
// them.
func TestManagersKeepEventsInOneFolder(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	first := start(t, 1)
	logs := first.config.Settings.Log.Folder
	in := func(h *harness) { h.config.Settings.Log.Folder, h.config.Settings.Data = logs, data }
	second := start(t, 1, in)
	port := second.config.Settings.Port
	require.Contains(t, second.log.String(), "events have a folder of their own")
	_, id := second.follow("", until("", events.NetworkUp{}))
	first.follow("", until("", events.NetworkUp{}))
	require.NoError(t, second.stop())
	text, err := os.ReadFile(filepath.Join(logs, fmt.Sprintf("events-%d", port), "events.jsonl"))
	require.NoError(t, err)
	require.Contains(t, string(text), `"type":"network-down"`)
	require.NoError(t, first.stop())

	again := start(t, 1, in, func(h *harness) { h.config.Settings.Port = port }) // alone by now
	list, _ := again.follow(id, until("", events.NetworkUp{}))
	before, err := events.ParseID(id)
	require.NoError(t, err)
	require.Equal(t, before.Offset+1, list[0].Offset, "the stream goes on where it was")
}

// A terminal may stand still: the network does not, and ends.
func TestWhoeverWatchesHoldsUpNobody(t *testing.T) {
	t.Parallel()
	still := make(chan struct{})
	defer close(still)
	h := start(t, 2, func(h *harness) { h.config.Watch = func(*events.Event) { <-still } })
	require.EqualValues(t, 2, object(t, h.get("/start/mining").body)["mined"])
	require.EqualValues(t, 2, object(t, h.get("/nodes").body)["running"])
	require.NoError(t, h.stop())
}

// Whoever watches may be behind: Run waits for it a moment.
func TestTheLastEventIsWatched(t *testing.T) {
	t.Parallel()
	var watched []events.Event
	h := start(t, 1, func(h *harness) {
		h.config.Watch = func(e *events.Event) {
			for e.Type == (events.NetworkDown{}).Type() && !strings.Contains(h.log.String(), "network stopped") {
				runtime.Gosched()
			}
			watched = append(watched, *e)
		}
	})
	require.NoError(t, h.stop())
	require.Equal(t, events.NetworkDown{}.Type(), watched[len(watched)-1].Type)
	for i, e := range watched {
		require.EqualValues(t, i+1, e.Offset)
	}
}
