package server_test

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

func TestBan(t *testing.T) {
	for body, want := range map[string]node.Ban{
		plain(t, map[string]any{"id": entry(2).ID, "reason": "lesson", "for": "10m"}): {ID: entry(2).ID, Reason: "lesson"},
		`{"address": "127.0.0.1:7003", "for": "10m"}`:                                 {ID: entry(3).ID},
		`{"net": "10.1.2.3/16", "for": "10m"}`:                                        {Net: netip.MustParsePrefix("10.1.0.0/16")},
		`{"net": "10.1.2.3", "for": "10m"}`:                                           {Net: netip.MustParsePrefix("10.1.2.3/32")},
		`{"net": "2001:db8::1", "for": "10m"}`:                                        {Net: netip.MustParsePrefix("2001:db8::1/128")},
	} {
		h := start(t, func(h *harness) { h.node.known = []types.NodeInfo{entry(3)} })
		before := time.Now().Add(10 * time.Minute)
		got := h.post("/bans", body)
		require.Equal(t, http.StatusCreated, got.status, got.body)
		require.Len(t, h.node.Bans(), 1)
		until := h.node.Bans()[0].Until
		require.False(t, until.Before(before))
		require.False(t, until.After(time.Now().Add(10*time.Minute)))
		want.Until, want.By = until, "hand"
		require.Equal(t, want, h.node.Bans()[0])
		got.status = http.StatusOK
		require.Equal(t, h.object(got)["ban"], h.object(h.get("/bans"))["bans"].([]any)[0])
	}
}

func TestABanLastsADay(t *testing.T) {
	h := start(t)
	require.Equal(t, http.StatusCreated, h.post("/bans", `{"net": "10.0.0.0/8"}`).status)
	require.WithinDuration(t, time.Now().Add(24*time.Hour), h.node.Bans()[0].Until, time.Hour)
}

func TestBanRefuses(t *testing.T) {
	h := start(t)
	for body, want := range map[string]struct {
		status     int
		code, part string
	}{
		`{}`:                    {http.StatusUnprocessableEntity, "bad-ban", "one of id, address and net"},
		`{"net": "everywhere"}`: {http.StatusUnprocessableEntity, "bad-ban", "everywhere"},
		`{"net": "10.0.0.0/8", "address": "127.0.0.1:7003"}`:                  {http.StatusUnprocessableEntity, "bad-ban", "one of"},
		`{"net": "10.0.0.0/8", "for": "-1s"}`:                                 {http.StatusUnprocessableEntity, "bad-ban", "-1s"},
		`{"net": "10.0.0.0/8", "for": "10000h"}`:                              {http.StatusUnprocessableEntity, "bad-ban", "8760h"},
		`{"net": "10.0.0.0/8", "reason": "` + strings.Repeat("x", 300) + `"}`: {http.StatusUnprocessableEntity, "bad-ban", "300 bytes"},
		plain(t, map[string]any{"id": h.node.self.ID}):                        {http.StatusUnprocessableEntity, "bad-ban", "itself"},
		`{"address": "here"}`:                                                 {http.StatusUnprocessableEntity, "bad-ban", "here"},
		`{"address": "127.0.0.1:7003"}`:                                       {http.StatusNotFound, "not-found", "127.0.0.1:7003"},
	} {
		h.requireError(h.post("/bans", body), want.status, want.code, want.part)
	}
	require.Empty(t, h.node.Bans())
}

func TestUnban(t *testing.T) {
	bans := []node.Ban{
		{ID: entry(2).ID}, {ID: entry(3).ID}, {ID: entry(2).ID, Net: netip.MustParsePrefix("10.1.2.3/32")},
		{Net: netip.MustParsePrefix("10.2.0.0/16")}, {Net: netip.MustParsePrefix("2001:db8::1/128")},
	}
	for path, left := range map[string][]int{
		"/bans": {}, "/bans/" + entry(2).ID.String(): {1, 3, 4}, "/bans/127.0.0.1:7003": {0, 2, 3, 4},
		"/bans/10.1.2.3": {0, 1, 3, 4}, "/bans?net=10.2.0.0/16": {0, 1, 2, 4}, "/bans/2001:db8::1": {0, 1, 2, 3},
	} {
		h := start(t, func(h *harness) {
			standing := slices.Clone(bans)
			for i := range standing {
				standing[i].Until, standing[i].By = time.Now().Add(time.Hour), "rule"
			}
			h.node.SetBans(standing)
			h.node.known = []types.NodeInfo{entry(3)}
		})
		want := []node.Ban{}
		for _, i := range left {
			want = append(want, h.node.Bans()[i])
		}
		answer := h.object(h.send(http.MethodDelete, path, nil))
		require.ElementsMatch(t, want, h.node.Bans(), path)
		require.Len(t, answer["lifted"], len(bans)-len(left))
		require.Equal(t, plain(t, len(left)), h.object(h.get("/bans?limit=1"))["count"].(json.Number).String())
	}
}

func TestUnbanRefuses(t *testing.T) {
	h := start(t, func(h *harness) {
		h.node.SetBans([]node.Ban{{ID: entry(2).ID, Until: time.Now().Add(time.Hour), By: "hand"}})
	})
	for _, path := range []string{"/bans/" + entry(3).ID.String(), "/bans/10.1.2.3", "/bans/7002", "/bans?net=10.0.0.0/8"} {
		h.requireError(h.send(http.MethodDelete, path, nil), http.StatusNotFound, "not-found", "GET /bans")
	}
	h.requireError(h.send(http.MethodDelete, "/bans?net=x", nil), http.StatusUnprocessableEntity, "bad-ban", `"x"`)
	require.Len(t, h.node.Bans(), 1)
}
