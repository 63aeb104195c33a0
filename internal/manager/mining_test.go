package manager_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/session"
	"networkmngr/internal/types"
)

// report is what /start/mining and /stop/mining answer.
type report struct {
	Message string   `json:"message"`
	Sent    int      `json:"sent"`
	Mined   int      `json:"mined"`
	Height  uint64   `json:"height"`
	Results []result `json:"results"`
	Tips    []tip    `json:"tips"`
}

type result struct {
	Node    string      `json:"node"`
	Index   *uint64     `json:"index"`
	Hash    *types.Hash `json:"hash"`
	Seconds float64     `json:"seconds"`
	Error   *string     `json:"error"`
}

type tip struct {
	Node  string      `json:"node"`
	Index *uint64     `json:"index"`
	Hash  *types.Hash `json:"hash"`
	Error *string     `json:"error"`
}

func (h *harness) report(got reply) report {
	h.Helper()
	require.Equal(h, http.StatusOK, got.status, got.body)
	dec := json.NewDecoder(strings.NewReader(got.body))
	dec.DisallowUnknownFields()
	var r report
	require.NoError(h, dec.Decode(&r), got.body)
	return r
}

// blockHash is the hash of a block on the i-th node's main chain.
func (h *harness) blockHash(i int, height uint64) types.Hash {
	id, found := h.node(i).chain.IDAt(height)
	require.True(h, found, "node %d has no block %d", i, height)
	return id
}

func TestMineInTurns(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		h := start(t, 6)
		got := h.send(method, "/start/mining")
		r := h.report(got)
		require.Equal(t, "6 mining requests sent", r.Message)
		require.Equal(t, 6, r.Sent)
		require.Equal(t, 6, r.Mined)
		require.EqualValues(t, 6, r.Height)
		require.Len(t, r.Results, 6)
		require.NotContains(t, got.body, "tips")
		for i, result := range r.Results {
			require.Equal(t, h.address(i), result.Node, "in the order of their ports")
			require.EqualValues(t, i+1, *result.Index)
			require.Equal(t, h.blockHash(0, *result.Index), *result.Hash)
			require.Nil(t, result.Error)
			require.EqualValues(t, 6, h.node(i).chain.Tip().Height, "seven blocks")
		}
		require.Contains(t, got.body, `"error":null`)
		pauses := h.pauses.all()
		require.Len(t, pauses, 5, "between requests only")
		for _, pause := range pauses {
			require.GreaterOrEqual(t, pause, time.Second)
			require.LessOrEqual(t, pause, 3*time.Second)
		}
		require.NotEqual(t, pauses[0], pauses[1])
	}
}

func TestRounds(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	r := h.report(h.get("/start/mining?rounds=4&min=250ms&max=0.5"))
	require.Equal(t, "12 mining requests sent", r.Message)
	require.EqualValues(t, 12, r.Height)
	require.Equal(t, h.address(0), r.Results[3].Node)
	require.Len(t, h.pauses.all(), 11)
	for _, pause := range h.pauses.all() {
		require.GreaterOrEqual(t, pause, 250*time.Millisecond)
		require.LessOrEqual(t, pause, 500*time.Millisecond)
	}
}

func TestSeedDecidesPauses(t *testing.T) {
	t.Parallel()
	drawn := func(seed uint64) []time.Duration {
		h := start(t, 4, func(h *harness) { h.config.Seed = seed })
		h.get("/start/mining")
		return h.pauses.all()
	}
	require.Equal(t, drawn(7), drawn(7))
	require.NotEqual(t, drawn(7), drawn(8))
}

// Where one end of the pause is given, the other's default gives way.
func TestPauseEnds(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][2]time.Duration{
		"min=0&max=0":        {0, 0},
		"max=0":              {0, 0},
		"max=250ms":          {250 * time.Millisecond, 250 * time.Millisecond},
		"min=5":              {5 * time.Second, 5 * time.Second},
		"min=1h&max=1h":      {time.Hour, time.Hour},
		"min=1.5&max=1500ms": {1500 * time.Millisecond, 1500 * time.Millisecond},
	} {
		h := start(t, 2)
		h.report(h.get("/start/mining?" + query))
		require.GreaterOrEqual(t, h.pauses.all()[0], want[0], query)
		require.LessOrEqual(t, h.pauses.all()[0], want[1], query)
	}
}

func TestMiningRefusesParameters(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	for query, part := range map[string]string{
		"rounds=0": `rounds is "0"`, "rounds=10001": "10000", "rounds=x": "", "rounds=": "", "rounds=-1": "",
		"min=-1s": "min", "max=61m": "max", "min=NaN": "", "min=inf": "", "max=1d": "", "min=": "",
		"min=2s&max=1s": "min is 2s, more than max, which is 1s",
		"mode=fast":     `mode is "fast", want turns or race`, "mode=": "",
		"mode=race&min=1s": "no pauses in a race", "mode=race&max=1s": "",
		"continuous=maybe": "true or false", "detach=maybe": `detach is "maybe"`, "continuous=true&rounds=2": "",
		"round=2": `parameter "round"`, "rounds=1&rounds=2": "once",
	} {
		h.requireError(h.get("/start/mining?"+query), http.StatusBadRequest, "malformed", part)
	}
	require.Zero(t, h.node(0).chain.Tip().Height)
}

func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	h := start(t, 11)
	h.requireError(h.get("/start/mining?rounds=10000"), http.StatusBadRequest, "malformed", "more than 100000 requests")
}

func TestNodeFailsToMine(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.node(1).set(func(n *fakeNode) { n.mine = func(context.Context) error { return errors.New("broken") } })
	r := h.report(h.get("/start/mining"))
	require.Equal(t, "3 mining requests sent, 1 failed", r.Message)
	require.Equal(t, 3, r.Sent)
	require.Equal(t, 2, r.Mined)
	require.EqualValues(t, 2, r.Height)
	require.Nil(t, r.Results[1].Index)
	require.Nil(t, r.Results[1].Hash)
	require.Contains(t, *r.Results[1].Error, "its log says why")
	require.EqualValues(t, 2, *r.Results[2].Index)
	require.Len(t, h.pauses.all(), 2)
}

// A node may mine a block and fail then. The block counts, and both are told.
func TestNodeFailsAfterItHasMined(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.node(1).set(func(n *fakeNode) { n.after = errors.New("broken") })
	r := h.report(h.get("/start/mining"))
	require.Equal(t, "2 mining requests sent", r.Message)
	require.Equal(t, 2, r.Mined)
	require.EqualValues(t, 2, r.Height)
	require.EqualValues(t, 2, *r.Results[1].Index)
	require.Equal(t, h.blockHash(0, 2), *r.Results[1].Hash)
	require.Contains(t, *r.Results[1].Error, "its log says why")
	require.Contains(t, h.log.String(), "mining failed")
}

// A node that dies while it mines costs its own request only.
func TestNodeDiesWhileMining(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	dying := h.launcher.process(h.port(1))
	h.node(1).set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error {
			go dying.Die(launch.Exit{Code: 2}, "")
			<-ctx.Done()
			return ctx.Err()
		}
	})
	r := h.report(h.get("/start/mining?rounds=2"))
	require.Equal(t, 4, r.Mined)
	require.EqualValues(t, 4, r.Height)
	require.NotNil(t, r.Results[1].Error)
}

// A node that has died before its turn in a round is passed over.
func TestNodeDiesBeforeItsTurn(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	dying := h.launcher.process(h.port(1))
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(context.Context) error {
			dying.Die(launch.Exit{Code: 2}, "")
			h.eventually(func() bool { return h.notices.String() != "" }, "seen")
			return nil
		}
	})
	r := h.report(h.get("/start/mining"))
	require.Equal(t, "2 mining requests sent", r.Message)
	require.Equal(t, h.address(2), r.Results[1].Node)
	require.Len(t, h.pauses.all(), 1)
}

func TestNoNodeLeft(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	h.launcher.process(h.port(0)).Die(launch.Exit{}, "")
	h.eventually(func() bool { return h.notices.String() != "" }, "seen")
	h.requireError(h.get("/start/mining"), http.StatusConflict, "no-node", "no node is running")
}

func TestTipsDiffer(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.node(2).set(func(n *fakeNode) { n.alone = true })
	r := h.report(h.get("/start/mining"))
	require.Equal(t, "3 mining requests sent; the nodes' tips differ", r.Message)
	require.EqualValues(t, 2, r.Height)
	require.Len(t, r.Tips, 3)
	require.Equal(t, h.blockHash(0, 2), *r.Tips[1].Hash)
	require.Equal(t, h.blockHash(2, 1), *r.Tips[2].Hash)
	require.EqualValues(t, 1, *r.Tips[2].Index)
}

// The answer waits for nodes that are late to hear of the last block.
func TestWaitsForLateNode(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	late := h.node(1)
	late.set(func(n *fakeNode) {
		n.alone = true
		n.mine = func(context.Context) error { return errors.New("not now") }
	})
	answered := h.sendLater("/start/mining?min=0s&max=0s")
	h.follow("", until("n1", events.MiningResult{}))
	require.Empty(t, answered)
	block, err := h.node(0).chain.Block(h.blockHash(0, 1))
	require.NoError(t, err)
	require.NoError(t, late.add(block))
	require.Equal(t, "2 mining requests sent, 1 failed", h.report(receives(t, answered)).Message)
}

func TestRace(t *testing.T) {
	t.Parallel()
	const amount = 4
	h := start(t, amount)
	running, release := make(chan struct{}, amount), make(chan struct{})
	for i := range amount {
		h.node(i).set(func(n *fakeNode) {
			n.mine = func(context.Context) error { running <- struct{}{}; <-release; return nil }
		})
	}
	answered := h.sendLater("/start/mining?mode=race&rounds=3")
	for range amount {
		receives(t, running) // all at once
	}
	go func() {
		for range amount * 2 {
			<-running
		}
	}()
	close(release)
	r := h.report(receives(t, answered))
	require.Equal(t, "12 mining requests sent", r.Message)
	require.EqualValues(t, 12, r.Height)
	each := map[string]int{}
	for _, result := range r.Results {
		each[result.Node]++
	}
	for i := range amount {
		require.Equal(t, 3, each[h.address(i)])
	}
	require.Empty(t, h.pauses.all())
}

func TestOneSessionAtATime(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	running, release := make(chan struct{}), make(chan struct{})
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(context.Context) error { close(running); <-release; return nil }
	})
	answered := h.sendLater("/start/mining")
	receives(t, running)
	for _, query := range []string{"", "?mode=race", "?continuous=true"} {
		h.requireError(h.get("/start/mining"+query), http.StatusConflict, "already-mining", "/stop/mining")
	}
	close(release)
	require.Equal(t, 1, h.report(receives(t, answered)).Mined)
	h.node(0).set(func(n *fakeNode) { n.mine = nil })
	require.Equal(t, 1, h.report(h.get("/start/mining")).Mined)
}

// Whoever hears that a session has ended may begin the next one.
func TestTheEndOfASessionIsTold(t *testing.T) {
	t.Parallel()
	const sessions = 20
	begun := make(chan error, sessions)
	h := prepare(t, 1, func(h *harness) {
		h.config.Watch = func(e *events.Event) {
			if _, ended := e.Data.(events.MiningStopped); ended && e.Node == "" && len(begun) < cap(begun) {
				begun <- h.manager.MineOnce()
			}
		}
	})
	h.launch()
	require.NoError(t, h.manager.MineOnce())
	for range sessions {
		require.NoError(t, receives(t, begun))
	}
}

func TestStopNothing(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	h.requireError(h.get("/stop/mining"), http.StatusConflict, "not-mining", "no mining is under way")
}

func TestContinuous(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"continuous=true&min=0&max=0", "continuous=true&mode=race"} {
		h := start(t, 3)
		got := h.get("/start/mining?" + query)
		require.Equal(t, http.StatusAccepted, got.status)
		require.JSONEq(t, `{"message":"mining until /stop/mining"}`, got.body)
		h.eventually(func() bool { return h.node(0).chain.Tip().Height > 12 }, "mines on and on")
		r := h.report(h.send(http.MethodPost, "/stop/mining"))
		require.Contains(t, r.Message, "stopped by /stop/mining")
		require.GreaterOrEqual(t, r.Mined, 12)
		require.Empty(t, r.Tips)
		h.requireError(h.get("/stop/mining"), http.StatusConflict, "not-mining", "")
		require.NoError(t, h.stop())
		// A block may still have been found by a node that was just told to stop.
		require.LessOrEqual(t, h.node(0).chain.Tip().Height, r.Height+3, "nothing goes on")
	}
}

// A session without an end does not fill the memory.
func TestContinuousKeepsTheLastResults(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	h.node(0).set(func(n *fakeNode) { n.mine = func(context.Context) error { return errors.New("broken") } })
	h.get("/start/mining?continuous=true")
	h.eventually(func() bool { return len(h.pauses.all()) > 2*(session.LastResults+10) }, "fails on and on")
	r := h.report(h.get("/stop/mining"))
	require.Greater(t, r.Sent, session.LastResults)
	require.Len(t, r.Results, session.LastResults)
	require.Contains(t, h.pauses.all(), time.Second, "failures are not repeated at once")
}

// The client that waits for a session is told when somebody else stops it.
func TestStopSession(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	running := make(chan struct{})
	h.node(1).set(func(n *fakeNode) {
		n.alone = true
		n.mine = func(ctx context.Context) error { close(running); <-ctx.Done(); return ctx.Err() }
	})
	answered := h.sendLater("/start/mining?rounds=5")
	receives(t, running)
	stopped := h.report(h.get("/stop/mining"))
	require.Equal(t, "2 mining requests sent, 1 without a block; stopped by /stop/mining", stopped.Message)
	require.Equal(t, "stopped by /stop/mining", *stopped.Results[1].Error)
	require.EqualValues(t, 1, stopped.Height)
	require.Empty(t, stopped.Tips, "there was no time to agree")
	require.Equal(t, stopped, h.report(receives(t, answered)))
}

func TestClientHangsUp(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	running, ended := make(chan struct{}), make(chan struct{})
	h.node(0).set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error { close(running); <-ctx.Done(); close(ended); return ctx.Err() }
	})
	ctx, hangUp := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := h.try(h.request(ctx, http.MethodGet, "/start/mining?rounds=100"))
		result <- err
	}()
	receives(t, running)
	hangUp()
	require.ErrorIs(t, receives(t, result), context.Canceled)
	receives(t, ended)
	h.node(0).set(func(n *fakeNode) { n.mine = nil })
	h.eventually(func() bool { return h.get("/start/mining").status == http.StatusOK }, "another session may begin")
	require.Contains(t, h.log.String(), "the client that asked for it is gone")
}

// A page may be closed, or its connection be lost: what it asked for is done.
func TestADetachedSessionOutlivesItsClient(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"rounds=2&detach=true&min=0&max=0", "rounds=2&detach=true&mode=race"} {
		h := start(t, 2)
		release := make(chan struct{})
		h.node(1).set(func(n *fakeNode) { n.mine = func(context.Context) error { <-release; return nil } })
		got := h.send(http.MethodPost, "/start/mining?"+query)
		require.Equal(t, http.StatusAccepted, got.status, got.body)
		require.JSONEq(t, `{"message":"mining 2 rounds, or until /stop/mining"}`, got.body)
		h.requireError(h.get("/start/mining"), http.StatusConflict, "already-mining", "")
		close(release)
		h.eventually(func() bool { return strings.Contains(h.log.String(), "mining ended: sent=4 mined=4") }, "all is done")
	}
}

func TestShutdownEndsMining(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	running := make(chan struct{})
	h.node(1).set(func(n *fakeNode) {
		n.mine = func(ctx context.Context) error { close(running); <-ctx.Done(); return ctx.Err() }
	})
	answered := h.sendLater("/start/mining")
	receives(t, running)
	require.Equal(t, "2 nodes stopped", object(t, h.get("/shutdown/all").body)["message"])
	r := h.report(receives(t, answered))
	require.Contains(t, r.Message, "the network shuts down")
	require.Equal(t, 1, r.Mined)
	require.NoError(t, receives(t, h.ended))
}

// Nothing new begins while the nodes end.
func TestNoMiningWhileStopping(t *testing.T) {
	t.Parallel()
	outOfTime := make(chan struct{})
	h := start(t, 2, func(h *harness) { h.launcher.stubborn[h.port(0)] = outOfTime })
	answered := h.sendLater("/shutdown/all")
	h.eventually(func() bool { return strings.Contains(h.log.String(), "node stopped") }, "the other node has ended")
	h.requireError(h.get("/start/mining"), http.StatusServiceUnavailable, "shutting-down", "the network shuts down")
	close(outOfTime)
	require.Equal(t, http.StatusOK, receives(t, answered).status)
	require.NoError(t, receives(t, h.ended))
}

// event is a server-sent one.
