package manager_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/links"
	"networkmngr/internal/times"
)

const halves = `{"groups": [["n0", "n1"], ["n2", "n3"]]}`

// putFaults replaces all that is asked.
func (h *harness) putFaults(body string) api.NetworkFaults {
	h.Helper()
	return h.faultsIn(h.sendBody(http.MethodPut, "/network/faults", strings.NewReader(body)))
}

func (h *harness) faultsIn(got reply) (now api.NetworkFaults) {
	h.Helper()
	require.Equal(h, http.StatusOK, got.status, got.body)
	require.NoError(h, json.Unmarshal([]byte(got.body), &now))
	return now
}

// cut are the nodes that a node's own rows cut it off from, by number.
func (h *harness) cut(i int) (others []int) {
	h.Helper()
	has := h.node(i).Faults()
	for j := range h.launcher.processes {
		row, ruled := has.Rows[fakeID(j)]
		if !ruled {
			row = has.Others
		}
		if j != h.port(i) && row.Cut != "" {
			others = append(others, j-h.port(0))
		}
	}
	slices.Sort(others)
	return others
}

// changes are the events that told of faults.
func (h *harness) changes() (list []events.FaultsChanged) {
	h.Helper()
	page, err := h.client().EventPage(h.Context(), url.Values{"from": {"start"}, "types": {"faults-changed"}, "limit": {"1000"}})
	require.NoError(h, err)
	for _, text := range page.Events {
		var e events.Event
		require.NoError(h, json.Unmarshal(text, &e))
		if changed, ok := e.Data.(events.FaultsChanged); ok {
			list = append(list, changed)
		}
	}
	return list
}

// Groups are cut off from each other, and joined again; who can be reached again is
// dialled, and everybody is told.
func TestPartitionAndHeal(t *testing.T) {
	t.Parallel()
	h := start(t, 5)
	now := h.faultsIn(h.post("/network/partition", halves))
	require.Equal(t, "n0 n1 | n2 n3 are cut apart; n4 is of no group and links n0 n1 | n2 n3; with the rest (--rest) it is a side of its own", now.Message)
	require.EqualValues(t, 1, now.Generation)
	require.Empty(t, now.Pending)
	require.Equal(t, []api.AppliedFaults{{Node: "n0", Generation: 1, Links: 2}, {Node: "n1", Generation: 1, Links: 2},
		{Node: "n2", Generation: 1, Links: 2}, {Node: "n3", Generation: 1, Links: 2}, {Node: "n4", Generation: 1}}, now.Applied)
	for i, want := range [][]int{{2, 3}, {2, 3}, {0, 1}, {0, 1}, nil} {
		require.Equal(t, want, h.cut(i), "n%d", i)
	}
	state := h.state().Faults
	require.EqualValues(t, 1, state.Generation)
	require.Equal(t, 8, state.Cut)
	require.Equal(t, []events.Partition{{Name: "partition", Groups: [][]string{{"n0", "n1"}, {"n2", "n3"}}, How: "silent"}}, state.Partitions)
	require.Contains(t, h.get("/metrics").body, `network_faults{kind="cut"} 8`)

	healed := h.faultsIn(h.post("/network/heal", ""))
	require.Equal(t, "healed", healed.Message)
	require.EqualValues(t, 2, healed.Generation)
	for i, want := range [][]int{{2, 3}, {2, 3}, {0, 1}, {0, 1}, nil} {
		require.Empty(t, h.cut(i))
		var dialled []int
		for _, id := range h.node(i).redial {
			dialled = append(dialled, slices.IndexFunc(h.launcherPorts(), func(port int) bool { return fakeID(port) == id }))
		}
		slices.Sort(dialled)
		require.Equal(t, want, dialled, "n%d", i)
	}
	require.True(t, h.state().Faults.None())
	require.Equal(t, []string{"n0 n1 | n2 n3 are cut apart", "healed"}, done(h.changes()))
	require.Contains(t, h.log.String(), "faults of links changed")
	require.Contains(t, h.get("/report").body, "healed")
}

// A node that is added, or back, joins what a partition without the rest cuts, and whoever adds
// it is told.
func TestAdditionThatBridgesAPartition(t *testing.T) {
	t.Parallel()
	const links = "; n4 is of no group and links n0 n1 | n2 n3; with the rest (--rest) it is a side of its own"
	h := start(t, 4)
	require.Equal(t, "n0 n1 | n2 n3 are cut apart", h.faultsIn(h.post("/network/partition", halves)).Message)
	added, err := h.client().AddNode(t.Context())
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(added.Message, " started"+links), added.Message)
	require.Equal(t, "n0 n1 | n2 n3 are cut apart"+links, h.faultsIn(h.get("/network/faults")).Message)
	h.act("n4", "kill")
	added, err = h.client().ReturnNode(t.Context(), "n4")
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(added.Message, " is back"+links), added.Message)
	h.faultsIn(h.post("/network/heal", ""))
	added, err = h.client().AddNode(t.Context())
	require.NoError(t, err)
	require.True(t, strings.HasSuffix(added.Message, " started"), added.Message)
}

// launcherPorts are those of the nodes, in order.
func (h *harness) launcherPorts() []int {
	h.launcher.mu.Lock()
	defer h.launcher.mu.Unlock()
	return slices.Sorted(maps.Keys(h.launcher.processes))
}

func done(changes []events.FaultsChanged) (list []string) {
	for _, c := range changes {
		list = append(list, c.Done)
	}
	return list
}

// What is asked is replaced as a whole, by whoever has seen what there was.
func TestFaultsArePutWhole(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	require.Equal(t, "no faults are set", h.faultsIn(h.get("/network/faults")).Message)
	const wanted = `{"links": [{"from": "all", "to": 5, "both": true, "delay": "30ms"}], "partitions": [{"name": "x", "groups": ["n0", ["n1"]], "how": "reset"}], "seed": 9}`
	body := strings.ReplaceAll(wanted, `"to": 5`, fmt.Sprintf(`"to": %d`, h.port(2)))
	first := h.putFaults(body)
	require.Equal(t, faults.Nodes{"n2"}, first.Desired.Links[0].To)
	require.EqualValues(t, 9, h.node(0).Faults().Seed)
	require.Equal(t, links.Link{Delay: times.Duration(30 * time.Millisecond)}, h.node(0).Faults().Rows[fakeID(h.port(2))])
	require.Equal(t, []int{1}, h.cut(0))

	pushed := h.node(0).pushes
	again := h.putFaults(body)
	require.EqualValues(t, 1, again.Generation, "the same again is no change")
	require.Equal(t, "nothing has changed; n2 is of no group and links n0 | n1; with the rest (--rest) it is a side of its own", again.Message)
	got := h.get("/network/faults")
	require.Equal(t, `"1"`, got.header.Get("ETag"))
	shown, err := json.Marshal(h.faultsIn(got).Desired)
	require.NoError(t, err)
	require.EqualValues(t, 1, h.putFaults(string(shown)).Generation, "so is what was shown")
	require.Len(t, h.changes(), 1)
	require.LessOrEqual(t, h.node(0).pushes, pushed+2)

	send := func(path, match string) reply {
		request := h.withBody(http.MethodPut, path, strings.NewReader(`{}`))
		if match != "" {
			request.Header.Set("If-Match", match)
		}
		got, err := h.try(request)
		require.NoError(t, err)
		return got
	}
	h.requireError(send("/network/faults", `"0"`), http.StatusPreconditionFailed, "faults-changed", `want "1"`)
	h.requireError(send("/network/faults?generation=7", ""), http.StatusConflict, "faults-changed", "want 1")
	require.Equal(t, []int{1}, h.cut(0))
	require.EqualValues(t, 2, h.faultsIn(send("/network/faults?generation=1", `"1"`)).Generation)
	require.Empty(t, h.cut(0))
	require.Empty(t, h.node(0).Faults().Rows)
}

func TestEditsOfLinks(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	edit := func(body string) api.NetworkFaults {
		return h.faultsIn(h.sendBody(http.MethodPut, "/network/links", strings.NewReader(body)))
	}
	tooFast := edit(`{"from": "n0", "to": "n1", "bandwidth": "1Gbit/s", "delay": "8s"}`)
	require.Equal(t, "links n0 to n1: delay 8s, 1Gbit/s; 1Gbit/s with a delay of 8s comes to about 67Mbit/s", tooFast.Message)
	require.Equal(t, tooFast.Message, h.faultsIn(h.get("/network/faults")).Message)
	require.Equal(t, "links n0 to n1: delay 50ms", edit(`{"from": "n0", "to": "n1", "delay": "50ms"}`).Message)
	now := edit(fmt.Sprintf(`[{"from": %d, "to": "n1", "preset": "3g"}, {"from": "n1", "to": "n2", "loss": "1%%"}]`, h.port(0)))
	require.Len(t, now.Desired.Links, 2)
	require.Equal(t, "3g", now.Desired.Links[0].Preset)
	h.requireError(h.sendBody(http.MethodPut, "/network/links", strings.NewReader(`[{"from": "n0", "to": "n1"}, {"from": "n0", "to": ["n7"]}]`)),
		http.StatusUnprocessableEntity, "bad-faults", `links[1].to[0]: there is no node "n7"`)
	h.requireError(h.sendBody(http.MethodPut, "/network/links", strings.NewReader(`{"from": "n0", "to": ["n7"]}`)),
		http.StatusUnprocessableEntity, "bad-faults", `to[0]: there is no node "n7"`)
	require.Len(t, h.faultsIn(h.get("/network/faults")).Desired.Links, 2)
}

// Whatever is wrong, nothing is changed, and the answer says where it is.
func TestFaultsThatAreRefused(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	for body, part := range map[string]string{
		`{"partitions": [{"groups": [["n0"], ["n7"]]}]}`:    `partitions[0].groups[1][0]: there is no node "n7"`,
		`{"links": [{"from": "n0", "to": "n1", "lag": 3}]}`: `invalid faults: links[0]: unknown key "lag", want `,
		`{"regions": {"members": {"eu": ["n0", 1.5]}}}`:     `invalid faults: regions.members.eu[1]: 1.5, want nodes`,
		`{"link": []}`: `unknown key "link"`,
		`{"links": [{"from": "n0", "to": "n1", "delay": 3}]}`:                            "delay",
		`{"links": [{"from": "n0", "to": "region:eu"}]}`:                                 `there is no region "eu"`,
		`{"regions": {"table": "planet-2019", "members": {"eu": ["n0"], "jp": ["n0"]}}}`: "n0 is in region eu too",
		`[]`: "array, want an object",
	} {
		h.requireError(h.sendBody(http.MethodPut, "/network/faults", strings.NewReader(body)), http.StatusUnprocessableEntity, "bad-faults", part)
	}
	for _, body := range []string{``, `{`, `{"links": [}`, `{} {}`} {
		h.requireError(h.sendBody(http.MethodPut, "/network/faults", strings.NewReader(body)), http.StatusBadRequest, "malformed", "")
	}
	h.requireError(h.post("/network/partition", `{"groups": [["n0"]]}`), http.StatusUnprocessableEntity, "bad-faults", "groups: 1, want two or more")
	h.requireError(h.post("/network/partition", `{"groups": [["n0"], [5]]}`), http.StatusUnprocessableEntity, "bad-faults", `groups[1][0]: there is no node "5"`)
	h.requireError(h.post("/network/heal", `{"name": "x"}`), http.StatusNotFound, "unknown-partition", `"x"`)
	h.requireError(h.get("/network/partition"), http.StatusMethodNotAllowed, "method-not-allowed", "POST")
	h.requireError(h.get("/network/links?node=n7"), http.StatusNotFound, "unknown-node", "n7")
	require.Zero(t, h.faultsIn(h.get("/network/faults")).Generation)
	require.Zero(t, h.node(0).pushes, "no node was asked")
	require.NoFileExists(t, filepath.Join(h.summary.Data, "faults.json"))
}

// refusing puts a server before each node that refuses faults for one of them while it is
// told to.
func refusing(port *atomic.Int64) func(*harness) {
	return inFront("PUT /faults", func(address string, own http.Handler, w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(address, fmt.Sprint(":", port.Load())) {
			http.Error(w, `{"error": {"code": "internal", "message": "no room"}}`, http.StatusInternalServerError)
			return
		}
		own.ServeHTTP(w, r)
	})
}

// inFront puts a server before each node, which passes on all but what has a pattern.
func inFront(pattern string, handle func(address string, own http.Handler, w http.ResponseWriter, r *http.Request)) func(*harness) {
	return func(h *harness) {
		h.launcher.front = func(address string) string {
			target := &url.URL{Scheme: "http", Host: address}
			own := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }} // which makes Host the node's
			mux := http.NewServeMux()
			mux.Handle("/", own)
			mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { handle(address, own, w, r) })
			server := httptest.NewServer(mux)
			h.Cleanup(func() {
				server.CloseClientConnections() // the node's events are followed through it
				server.Close()
			})
			return server.Listener.Addr().String()
		}
	}
}

// All nodes have what is asked, or none.
func TestFaultsOnAllNodesOrNone(t *testing.T) {
	t.Parallel()
	var port atomic.Int64
	h := start(t, 4, refusing(&port))
	h.faultsIn(h.post("/network/partition", `{"groups": [["n0"], ["n1"]]}`))
	port.Store(int64(h.port(2)))
	h.requireError(h.post("/network/partition", halves), http.StatusBadGateway, "faults-failed", "node n2, ")
	for i, want := range [][]int{{1}, {0}, nil, nil} {
		require.Equal(t, want, h.cut(i), "as before: n%d", i)
		require.EqualValues(t, 1, h.node(i).Faults().Generation)
	}
	now := h.faultsIn(h.get("/network/faults"))
	require.EqualValues(t, 1, now.Generation)
	require.Empty(t, now.Pending)
	require.Len(t, h.changes(), 1)
	port.Store(0)
	require.EqualValues(t, 2, h.faultsIn(h.post("/network/partition", halves)).Generation)
	require.Equal(t, []int{2, 3}, h.cut(0))
}

// Who is down, paused or does not answer holds up nobody, and has its faults before all
// else when it is back.
func TestFaultsOfNodesThatAreAway(t *testing.T) {
	t.Parallel()
	h := start(t, 4)
	h.act("n1", "pause")
	h.act("n3", "kill")
	now := h.faultsIn(h.post("/network/partition", halves))
	require.Equal(t, []string{"n1", "n3"}, now.Pending)
	require.Equal(t, []string{"n1", "n3"}, h.state().Faults.Pending)
	require.Empty(t, h.cut(1))
	h.act("n1", "resume")
	require.Equal(t, []int{2, 3}, h.cut(1))
	pushed := h.node(1).pushes
	h.act("n3", "restart")
	require.Equal(t, []int{0, 1}, h.cut(3))
	require.NotEmpty(t, h.launcher.specs[h.port(3)].Faults, "before it has dialled anybody")
	require.Contains(t, string(h.launcher.specs[h.port(3)].Faults), fakeID(h.port(0)).String())
	require.Empty(t, h.faultsIn(h.get("/network/faults")).Pending)
	require.LessOrEqual(t, h.node(1).pushes, pushed+1)

	h.act("n1", "pause")
	h.act("n3", "kill")
	h.faultsIn(h.post("/network/heal", ""))
	require.Equal(t, []int{2, 3}, h.cut(1), "it does not know yet")
	h.act("n1", "resume")
	h.act("n3", "restart")
	require.Empty(t, h.cut(1))
	require.Empty(t, h.cut(3))
	require.Empty(t, h.faultsIn(h.get("/network/faults")).Pending)
}

// A node that joins takes part in what is asked of all, and the others know it before it
// can dial them.
func TestFaultsOfNodesThatComeAndGo(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.putFaults(`{"topology": {"kind": "line"}}`)
	require.Equal(t, []int{2}, h.cut(0))
	added, err := h.client().AddNode(t.Context())
	require.NoError(t, err)
	require.Equal(t, "n3", added.Node.Name)
	require.Equal(t, []int{2, 3}, h.cut(0))
	require.Equal(t, []int{0, 1}, h.cut(3))
	require.Contains(t, string(h.launcher.specs[h.port(3)].Faults), `"cut":"reset"`)

	_, err = h.client().RemoveNode(t.Context(), "n1")
	require.NoError(t, err)
	require.NotContains(t, h.cut(0), 2, "it is next in the line now")
	_, err = h.client().ReturnNode(t.Context(), "n1")
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, h.cut(0))
	require.Equal(t, []int{3}, h.cut(1))
	now := h.faultsIn(h.get("/network/faults"))
	require.Empty(t, now.Pending)
	require.EqualValues(t, 1, now.Generation)
}

// Whom nobody asks for faults, costs nothing.
func TestNetworkWithoutFaults(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.act("n0", "pause")
	h.act("n0", "resume")
	h.act("n1", "restart")
	_, err := h.client().AddNode(t.Context())
	require.NoError(t, err)
	for i := range 4 {
		require.Nil(t, h.launcher.specs[h.port(i)].Faults)
		require.Zero(t, h.node(i).pushes)
	}
	require.NoFileExists(t, filepath.Join(h.summary.Data, "faults.json"))
	require.Nil(t, h.state().Faults)
	require.Empty(t, h.changes())
}

func TestLinks(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	h.putFaults(`{"links": [{"from": "n0", "to": "n1", "delay": "30ms"}]}`)
	h.act("n2", "pause")
	now, err := h.client().Links(t.Context(), "")
	require.NoError(t, err)
	require.EqualValues(t, 1, now.Generation)
	require.Equal(t, []string{"n2"}, now.Unknown)
	var list []string
	for _, l := range now.Links {
		require.NotNil(t, l.Achieved)
		list = append(list, fmt.Sprintf("%s > %s: %s", l.From, l.To, faults.Words(l.Asked)))
	}
	require.Equal(t, []string{"n0 > n1: delay 30ms", "n0 > n2: no faults", "n1 > n0: no faults", "n1 > n2: no faults"}, list)
	require.EqualValues(t, 1, now.Links[0].Achieved.Frames)
	one, err := h.client().Links(t.Context(), fmt.Sprint(h.port(0)))
	require.NoError(t, err)
	require.Len(t, one.Links, 3)

	h.putFaults(`{"links": [{"from": "n2", "to": "n1", "preset": "moon"}]}`)
	now, err = h.client().Links(t.Context(), "n2")
	require.NoError(t, err)
	last := now.Links[len(now.Links)-1]
	require.Equal(t, "n2", last.From)
	require.Nil(t, last.Achieved, "it says nothing")
	require.Equal(t, links.Presets()["moon"], last.Asked)
}

func TestPresets(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	presets, err := h.client().Presets(t.Context())
	require.NoError(t, err)
	require.Equal(t, len(links.Presets()), len(presets.Presets))
	for _, p := range presets.Presets {
		require.Equal(t, links.Presets()[p.Name], p.Link)
	}
	require.Equal(t, links.Tables(), presets.Tables)
}
