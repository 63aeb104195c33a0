package manager_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/manager"
)

// A network that is resumed has the faults that it had, before any node is told of another.
func TestFaultsAreKept(t *testing.T) {
	t.Parallel()
	h := start(t, 4, func(h *harness) { h.config.Settings.Data = h.TempDir() })
	h.faultsIn(h.post("/network/partition", halves))
	require.NoError(t, h.stop())
	again := resume(t, h, 4, nil)
	var early atomic.Int64
	again.launcher.network.registered = func(n *fakeNode) { early.Add(int64(len(n.faults.Rows))) }
	again.launch()
	require.EqualValues(t, 8, early.Load(), "each of four had two rows when it was told of others")
	for i, want := range [][]int{{2, 3}, {2, 3}, {0, 1}, {0, 1}} {
		require.Equal(t, want, again.cut(i))
	}
	now := again.faultsIn(again.get("/network/faults"))
	require.EqualValues(t, 1, now.Generation)
	require.Empty(t, now.Pending)
	changes := again.changes()
	require.Equal(t, events.FaultsResumed, changes[len(changes)-1].Why)
	require.Contains(t, again.notices.String(), "as before: n0 n1 | n2 n3 are cut apart")
	require.Equal(t, 8, again.state().Faults.Cut)
	require.EqualValues(t, 2, again.faultsIn(again.post("/network/heal", "")).Generation)
	require.NoError(t, again.stop())

	last := resume(t, again, 4, nil)
	last.launch()
	require.Empty(t, last.cut(0))
	require.Empty(t, last.changes(), "there is nothing to tell")
	require.EqualValues(t, 2, last.faultsIn(last.get("/network/faults")).Generation)
}

// cutForAnHour is a network that was cut for an hour a day ago, and has rested since.
func cutForAnHour(t *testing.T) (h *harness) {
	h = start(t, 2, inFolder)
	h.faultsIn(h.post("/network/partition", `{"groups": [["n0"], ["n1"]], "until": "1h"}`))
	require.NoError(t, h.stop())
	rested := h.keptClock()
	rested.Lived, rested.Since = rested.Lived.Add(-day), rested.Since.Add(-day)
	h.keepClock(rested)
	path := filepath.Join(h.config.Settings.Data, "faults.json")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var kept struct {
		Generation uint64       `json:"generation"`
		Desired    faults.State `json:"desired"`
	}
	require.NoError(t, json.Unmarshal(text, &kept))
	kept.Desired = kept.Desired.Shifted(-day)
	text, err = json.Marshal(kept)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return h
}

// Faults end by the network's time, which stands still while it rests: by the machine's they
// end so much later.
func TestFaultsLastOverARest(t *testing.T) {
	t.Parallel()
	h := cutForAnHour(t)
	again := resume(t, h, 2, nil)
	again.launch()
	require.Equal(t, []int{1}, again.cut(0))
	now := again.faultsIn(again.get("/network/faults"))
	require.EqualValues(t, 1, now.Generation)
	require.WithinDuration(t, time.Now().Add(time.Hour), now.Desired.Partitions[0].Until.At, soon)
	require.Contains(t, now.Message, "n0 | n1 are cut apart for ")
	changes := again.changes()
	require.Equal(t, events.FaultsResumed, changes[len(changes)-1].Why)
	require.Equal(t, now.Desired.Partitions[0].Until.At, changes[len(changes)-1].Partitions[0].Until)
}

// The time of faults stands still with that of a network that is paused, and what is asked of it
// meanwhile counts from when it goes on. They end when the network's time has come to that.
func TestFaultsLastOverAPause(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	until := h.faultsIn(h.post("/network/partition", `{"groups": [["n0"], ["n1"]], "until": "1h"}`)).Desired.Partitions[0].Until.At
	_, err := h.client().ActOnAll(t.Context(), "pause")
	require.NoError(t, err)
	require.NoError(t, h.manager.StoodFor(2*time.Hour))
	require.WithinDuration(t, until.Add(2*time.Hour), h.faultsIn(h.get("/network/faults")).Desired.Partitions[0].Until.At, soon)
	h.putFaults(`{"partitions": [{"groups": ["n0", "n1"], "until": "1ms"}]}`)
	_, err = h.client().ActOnAll(t.Context(), "resume")
	require.NoError(t, err)
	h.eventually(func() bool { return h.faultsIn(h.get("/network/faults")).Desired.IsZero() }, "the end")
	var why []string
	for _, c := range h.changes() {
		why = append(why, c.Why)
	}
	require.Equal(t, []string{events.FaultsAsked, events.FaultsAsked, events.FaultsResumed, events.FaultsOver}, why)
}

// Who sets the network's time forward has what ends before then end.
func TestFaultsEndAtTheNetworksTime(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	h.setClock(`{"behind": "2h"}`)
	h.faultsIn(h.post("/network/partition", `{"groups": [["n0"], ["n1"]], "until": "1h"}`))
	h.setClock(`{"behind": "90m"}`)
	left := time.Until(h.faultsIn(h.get("/network/faults")).Desired.Partitions[0].Until.At)
	require.InDelta(t, (30 * time.Minute).Seconds(), left.Seconds(), soon.Seconds())
	h.setClock(`{"behind": "0s"}`)
	h.eventually(func() bool { return h.faultsIn(h.get("/network/faults")).Desired.IsZero() }, "the end")
}

// What was over while no manager was there is over when one is again, if the network's time is
// to be the machine's then.
func TestFaultsThatEndWhileNobodyIsThere(t *testing.T) {
	t.Parallel()
	h := cutForAnHour(t)
	again := prepare(t, 2, func(next *harness) {
		next.config.Settings.Data, next.config.Settings.Port = h.config.Settings.Data, h.config.Settings.Port
		next.config.Settings.RealTime = true
	})
	again.launch()
	require.Empty(t, again.cut(0))
	now := again.faultsIn(again.get("/network/faults"))
	require.EqualValues(t, 2, now.Generation)
	require.Empty(t, now.Pending)
	changes := again.changes()
	require.Equal(t, events.FaultsOver, changes[len(changes)-1].Why)
	require.Equal(t, "healed", changes[len(changes)-1].Done)
	require.True(t, again.state().Faults.None())
}

// A network does not start without faults that it should have.
func TestFaultsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := prepare(t, 2, func(h *harness) { h.config.Settings.Data = h.TempDir() })
	path := filepath.Join(h.config.Settings.Data, "faults.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"generation": 1, "desired": {"partition": []}}`), 0o600))
	err := h.manager.Run(t.Context(), nil)
	require.ErrorIs(t, err, manager.ErrCheck)
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, `unknown key "partition"`)
}

// A file that came from elsewhere may ask for what no request could.
func TestKeptFilesAreCheckedAsRequestsAre(t *testing.T) {
	t.Parallel()
	for file, text := range map[string]string{
		"faults.json": `{"generation": 1, "desired": {"topology": {"kind": "edges", "edges": ["n0"]}}}`,
		"mining.json": `{"mode": "continuous", "power": "paced", "hashrate": 100, "shares": {"n0": 0, "n1": 0}}`,
	} {
		h := prepare(t, 2, func(h *harness) { h.config.Settings.Data = h.TempDir() })
		path := filepath.Join(h.config.Settings.Data, file)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		err := h.manager.Run(t.Context(), nil)
		require.ErrorContains(t, err, path)
	}
}
