package manager_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/launch"
)

func (h *harness) put(body string) reply {
	return h.sendBody(http.MethodPut, "/blockchain", strings.NewReader(body))
}

// figures are what a node says of its chain.
func (h *harness) figures(i int) map[string]any {
	h.Helper()
	response, err := http.Get("http://" + h.address(i) + "/blockchain")
	require.NoError(h, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(h, err)
	return object(h.T, string(text))
}

func TestSetBlockchain(t *testing.T) {
	h := start(t, 3)
	require.Equal(t, h.figures(0), object(t, h.get("/blockchain").body))
	got := h.put(`{"name":"class","block_time":20,"reward":"50"}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	set := object(t, got.body)
	require.Equal(t, "class", set["name"])
	require.EqualValues(t, 600, set["half_life"])
	require.EqualValues(t, 50, set["block_reward"])
	for i := range 3 {
		require.Equal(t, set, h.figures(i))
	}
	require.Equal(t, http.StatusOK, h.put(`{}`).status)
}

func TestSetBlockchainOnAllOrNone(t *testing.T) {
	h := start(t, 3)
	h.launcher.stuck[h.port(2)] = true
	h.requireError(h.put(`{"name":"class","block_time":7}`), http.StatusBadGateway, "settings-failed", "set back")
	for i := range 3 {
		require.Equal(t, chaintest.Genesis().Params.GenesisID.String(), h.figures(i)["genesis"])
	}
}

func TestSetBlockchainRefuses(t *testing.T) {
	h := start(t, 2)
	h.requireError(h.put(`{"nome":"x"}`), http.StatusBadRequest, "malformed", "nome")
	h.requireError(h.put(``), http.StatusBadRequest, "malformed", "empty")
	h.requireError(h.put(`{}{"name":"x"}`), http.StatusBadRequest, "malformed", "follows")
	h.requireError(h.put(`{"name":""}`), http.StatusUnprocessableEntity, "bad-settings", "name has 0 bytes")
	h.post(fmt.Sprintf("/mine_block/%d", h.port(1)), "")
	h.requireError(h.put(`{"name":"late"}`), http.StatusConflict, "chain-begun", "is 1")
	h.get("/start/mining?mode=race&continuous=true")
	h.requireError(h.put(`{"name":"late"}`), http.StatusConflict, "already-mining", "")
	h.get("/stop/mining")
	for i := range 2 {
		h.launcher.process(h.port(i)).die(launch.Exit{Code: -1, Signal: syscall.SIGKILL})
	}
	h.eventually(func() bool { return h.get("/blockchain").status == http.StatusConflict }, "no node is left")
	h.requireError(h.put(`{"name":"late"}`), http.StatusConflict, "no-node", "")
}

// A folder whose network was changed keeps it for nodes that are new in it.
func TestChangedNetworkIsResumed(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	h := start(t, 1, func(h *harness) { h.config.Settings.Data = folder })
	require.Empty(t, h.launcher.settings[h.port(0)].Genesis)
	require.NoError(t, h.stop())
	path := filepath.Join(folder, "genesis.json")
	require.NoError(t, os.WriteFile(path, []byte("{}"), 0o644))
	again := start(t, 1, func(next *harness) {
		next.config.Settings.Data, next.config.Settings.Port = folder, h.config.Settings.Port
	})
	require.Equal(t, path, again.launcher.settings[again.port(0)].Genesis)
	require.NoError(t, again.stop())
}
