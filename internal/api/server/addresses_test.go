package server_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/addrman"
	"networkmngr/internal/api"
	"networkmngr/internal/core"
	"networkmngr/internal/types"
)

// tables has three places of one group, told of by one node, and one that answered, the
// other way round than they are listed.
func tables(h *harness) {
	at := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	for i := 2; i >= 0; i-- {
		h.node.addresses = append(h.node.addresses, core.AddressRow{
			Node: types.NodeID{byte(i)}, Address: "10.1.0.1:5000", Bucket: i / 2, Slot: 7 + i, Group: "10.1.0.0/16",
			Source: addrman.Source{Node: types.NodeID{9}, Group: "10.9.0.0/16"}, Attempts: i,
		})
	}
	h.node.addresses = append(h.node.addresses, core.AddressRow{
		Node: types.NodeID{7}, Address: "127.0.0.1:5000", Tried: true, Source: addrman.Source{Node: types.NodeID{7}}, LastTry: at, LastSuccess: at,
	})
}

func (h *harness) addresses(query string) (answer api.Addresses) {
	got := h.get("/addresses" + query)
	require.Equal(h, http.StatusOK, got.status, got.body)
	require.NoError(h, json.Unmarshal([]byte(got.body), &answer))
	return answer
}

func TestAddresses(t *testing.T) {
	h := start(t, tables)
	var listed []types.NodeID
	for _, place := range h.addresses("").Places {
		listed = append(listed, place.ID)
	}
	require.Equal(t, []types.NodeID{{7}, {0}, {1}, {2}}, listed)
	all := h.addresses("?limit=1&from=3")
	require.Equal(t, []int{3, 1, 4}, []int{all.New, all.Tried, all.Count})
	require.Equal(t, []api.AddressShare{{Name: "10.1.0.0/16", New: 3, Share: 0.75}, {Tried: 1, Share: 0.25}}, all.Groups)
	require.Equal(t, []api.AddressShare{{Name: "10.9.0.0/16", New: 3, Share: 0.75}, {Name: types.NodeID{7}.String(), Tried: 1, Share: 0.25}}, all.Sources)
	require.Len(t, all.Places, 1)
	require.Equal(t, api.AddressPlace{
		ID: types.NodeID{2}, Address: "10.1.0.1:5000", Table: "new", Bucket: 1, Slot: 9, Group: "10.1.0.0/16",
		Source: types.NodeID{9}, SourceGroup: "10.9.0.0/16", Attempts: 2,
	}, all.Places[0])
	tried := h.addresses("?table=tried").Places
	require.Len(t, tried, 1)
	require.Equal(t, "tried", tried[0].Table)
	require.Equal(t, tried[0].LastTry, tried[0].LastSuccess)
}

func TestAddressesThatFit(t *testing.T) {
	h := start(t, tables)
	for query, count := range map[string]int{
		"?table=new": 3, "?table=tried": 1, "?group=10.1.0.0/16": 3, "?group=": 1, "?source=10.9.0.0/16": 3, "?source=" + types.NodeID{9}.String(): 3,
		"?source=" + types.NodeID{7}.String(): 1, "?table=tried&group=10.1.0.0/16": 0, "?group=elsewhere": 0,
	} {
		require.Equal(t, count, h.addresses(query).Count, query)
	}
	h.requireError(h.get("/addresses?table=old"), http.StatusBadRequest, "malformed", "old")
	h.requireError(h.get("/addresses?bucket=1"), http.StatusBadRequest, "malformed", "bucket")
}
