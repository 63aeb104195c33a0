package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/server"
	"networkmngr/internal/links"
	"networkmngr/internal/node"
	"networkmngr/internal/times"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

func TestFaultsAreReplaced(t *testing.T) {
	h := start(t)
	first, second := types.NodeID{1}, types.NodeID{2}
	got := h.put("/faults", `{"generation": 7, "seed": 42, "links": [
		{"peer": "`+second.String()+`", "delay": "120ms", "jitter": "15ms", "bandwidth": 8000000, "loss": 0.01},
		{"peer": "`+first.String()+`", "cut": "silent"}], "others": {"flap": {"every": "1m", "for": "5s"}}}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	slow := links.Link{Delay: times.Duration(120 * time.Millisecond), Jitter: times.Duration(15 * time.Millisecond), Bandwidth: 8e6, Loss: 0.01}
	flaps := links.Link{Flap: links.Flap{Every: times.Duration(time.Minute), For: times.Duration(5 * time.Second)}}
	require.Equal(t, node.Faults{Generation: 7, Faults: transport.Faults{
		Seed: 42, Rows: map[types.NodeID]links.Link{first: {Cut: links.Silent}, second: slow}, Others: flaps,
	}}, h.node.Faults())
	want := api.LinkFaults{
		Generation: 7, Seed: 42, Links: []api.PeerFaults{{Peer: first, Link: links.Link{Cut: links.Silent}}, {Peer: second, Link: slow}}, Others: flaps,
	}
	form, err := h.client.Faults(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, form)
	form, err = h.client.SetFaults(t.Context(), want)
	require.NoError(t, err)
	require.Equal(t, want, form, "what was answered can be put back")

	require.Equal(t, http.StatusOK, h.put("/faults", `{}`).status)
	form, err = h.client.Faults(t.Context())
	require.NoError(t, err)
	require.Equal(t, api.LinkFaults{Links: []api.PeerFaults{}}, form)
}

func TestFaultsThatCannotBe(t *testing.T) {
	h := start(t)
	require.Equal(t, http.StatusOK, h.put("/faults", `{"others": {"drop": "1%"}}`).status)
	before := h.node.Faults()
	id := types.NodeID{1}.String()
	for _, c := range []struct {
		body   string
		status int
		says   string
	}{
		{``, http.StatusBadRequest, "the text is empty"},
		{`{"links": [{"peer": "` + id + `"}, {"cut": "reset"}]}`, http.StatusUnprocessableEntity, "links[1].peer is missing"},
		{`{"links": [{"peer": "` + id + `"}, {"peer": "` + id + `"}]}`, http.StatusUnprocessableEntity, "links[1].peer is " + id + " again"},
		{`{"links": [{"peer": "` + id + `", "jitter": "1s"}]}`, http.StatusUnprocessableEntity, "links[0]: invalid link: jitter: 1s, want at most the delay, 0s"},
		{`{"others": {"cut": "half"}}`, http.StatusUnprocessableEntity, `others: invalid link: cut: "half", want silent or reset`},
		{`{"others": {"delay": "soon"}}`, http.StatusBadRequest, `others: delay: "soon", want a time such as 120ms`},
		{`{"others": {"latency": "1s"}}`, http.StatusBadRequest, `others: unknown key "latency"`},
		{`{"links": [{"peer": "n1"}]}`, http.StatusBadRequest, "links: 0: peer: node id"},
		{`{"generation": -1}`, http.StatusBadRequest, "generation: number -1"},
	} {
		got := h.put("/faults", c.body)
		code := map[int]string{http.StatusBadRequest: "malformed", http.StatusUnprocessableEntity: "bad-faults"}[c.status]
		h.requireError(got, c.status, code, c.says)
		require.Equal(t, before, h.node.Faults())
	}
	_, err := server.ParseFaults([]byte(`{"others": {"drop": 2}}`))
	require.ErrorIs(t, err, links.ErrLink)
}

func TestLinksAreMeasured(t *testing.T) {
	h := start(t)
	since := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	h.node.SetFaults(node.Faults{Generation: 3})
	h.node.links = []transport.LinkStatus{
		{Peer: transport.Peer{ID: types.NodeID{1}, Outbound: true}, Queued: 5},
		{
			Peer: transport.Peer{ID: types.NodeID{2}}, Asked: links.Link{Bandwidth: 8e6}, Since: since, Queued: 1, InFlight: 2, Frames: 3, Dropped: 4,
			Delays: transport.Delays{Frames: 3, Mean: 1, P50: 2, P95: 3, P99: 4, Max: 5}, Rate: 7_999_999.5,
		},
	}
	got, err := h.client.Links(t.Context())
	require.NoError(t, err)
	rate := links.Rate(7_999_999)
	require.Equal(t, api.NodeLinks{Generation: 3, Links: []api.NodeLink{
		{Peer: types.NodeID{1}, Outbound: true, Queued: 5},
		{
			Peer: types.NodeID{2}, Asked: links.Link{Bandwidth: 8e6}, Since: &since, Queued: 1, InFlight: 2, Frames: 3, Dropped: 4,
			Delay: &api.AchievedDelay{Frames: 3, Mean: 1, P50: 2, P95: 3, P99: 4, Max: 5}, Bandwidth: &rate,
		},
	}}, got)
	h.node.links = nil
	require.JSONEq(t, `{"generation": 3, "links": []}`, h.get("/links").body)
}
