package server_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/mining"
)

func TestHowTheNodeMines(t *testing.T) {
	h := start(t)
	got, err := h.client.Mining(t.Context())
	require.NoError(t, err)
	require.Equal(t, api.Mining{
		Settings:  api.MiningSettings{Mode: "demand", Threads: 2},
		Searching: true, Solver: "cpu", Hashrate: 1.5, Hashes: 42, Blocks: 3,
	}, got)
}

// What is not given stays, but a mode begins with an interval and blocks of its own.
func TestMiningIsSet(t *testing.T) {
	h := start(t)
	for _, c := range []struct {
		change, message string
		want            mining.Settings
	}{
		{`{"mode": "interval", "interval": 2.5}`, "the node mines a block every 2.5 seconds",
			mining.Settings{Mode: mining.Interval, Interval: 2.5, Power: mining.Power{Threads: 2}}},
		{`{"threads": 1, "hashrate": 1e5}`, "the node mines a block every 2.5 seconds",
			mining.Settings{Mode: mining.Interval, Interval: 2.5, Power: mining.Power{Threads: 1, Hashrate: 1e5}}},
		{`{"mode": "continuous", "blocks": 3, "paced": true}`, "the node mines without pause, until it has mined 3",
			mining.Settings{Mode: mining.Continuous, Blocks: 3, Power: mining.Power{Threads: 1, Hashrate: 1e5, Paced: true}}},
		{`{"mode": "pending"}`, "the node mines while transfers are pending",
			mining.Settings{Mode: mining.Pending, Power: mining.Power{Threads: 1, Hashrate: 1e5, Paced: true}}},
		{`{"mode": "off", "hashrate": 0, "paced": false}`, "the node does not mine",
			mining.Settings{Mode: mining.Off, Power: mining.Power{Threads: 1}}},
		{`{}`, "the node does not mine", mining.Settings{Mode: mining.Off, Power: mining.Power{Threads: 1}}},
		{`{"mode": "demand"}`, "the node mines when it is asked for a block",
			mining.Settings{Mode: mining.Demand, Power: mining.Power{Threads: 1}}},
	} {
		got := h.put("/mining", c.change)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Contains(t, got.body, c.message)
		settings, _ := h.node.Mining()
		require.Equal(t, c.want, settings)
	}
}

func TestSettingsOfNoMining(t *testing.T) {
	h := start(t)
	for _, c := range []struct {
		change string
		status int
		want   string
	}{
		{``, http.StatusBadRequest, "the text is empty"},
		{`[]`, http.StatusBadRequest, "malformed"},
		{`{"mode": "demand"} {}`, http.StatusBadRequest, "something follows"},
		{`{"modus": "demand"}`, http.StatusBadRequest, "modus"},
		{`{"threads": 1.5}`, http.StatusBadRequest, "threads"},
		{`{"paced": "yes"}`, http.StatusBadRequest, "paced"},
		{`{"mode": "always"}`, http.StatusUnprocessableEntity, `mode is \"always\", want one of off, demand, interval, pending, continuous`},
		{`{"mode": "interval"}`, http.StatusUnprocessableEntity, "interval is 0, want 0.1 to 86400 seconds"},
		{`{"blocks": 1}`, http.StatusUnprocessableEntity, "blocks is 1, want 0 if mode is demand"},
		{`{"threads": 0}`, http.StatusUnprocessableEntity, "threads is 0, want 1 to 1024"},
		{`{"hashrate": 1e19}`, http.StatusUnprocessableEntity, "hashrate is 1e+19"},
		{`{"paced": true}`, http.StatusUnprocessableEntity, "hashrate is 0"},
	} {
		got := h.put("/mining", c.change)
		require.Equal(t, c.status, got.status, c.change)
		require.Contains(t, got.body, c.want, c.change)
		settings, _ := h.node.Mining()
		require.Equal(t, mining.Default(2), settings, c.change)
	}
}

// A node that is off says so to who asks for a block.
func TestMiningThatIsOff(t *testing.T) {
	h := start(t)
	h.node.mine = func(context.Context) error { return mining.ErrOff }
	h.requireError(h.post("/mine", ""), http.StatusConflict, "mining-off", `mining is off; PUT /mining {"mode": "demand"}`)
}
