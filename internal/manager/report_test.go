package manager_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/disk"
	paper "networkmngr/internal/report"
)

func TestReportInEachForm(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	page := h.get("/report")
	require.Equal(t, http.StatusOK, page.status)
	require.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"))
	require.Contains(t, page.header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(t, page.body, "3 nodes, ")

	for _, answer := range []reply{h.get("/report?format=json"), h.send("GET", "/report", "Accept", "application/json")} {
		var told paper.Report
		require.NoError(t, json.Unmarshal([]byte(answer.body), &told))
		require.Equal(t, "networkmngr test", told.Software)
		require.Len(t, told.Nodes, 3)
		require.Len(t, told.Network.Runs, 1)
		require.Equal(t, float64(h.config.Genesis.Params.BlockTime), *told.Times.Target)
	}
	for _, answer := range []reply{h.get("/report?format=csv"), h.send("GET", "/report", "Accept", "text/csv")} {
		rows, err := csv.NewReader(strings.NewReader(answer.body)).ReadAll()
		require.NoError(t, err)
		require.Len(t, rows, 1, "nobody has mined")
	}
	require.Equal(t, http.StatusBadRequest, h.get("/report?format=pdf").status)
}

// The form is the first that a client accepts, and the page for who accepts none of them.
func TestTheReportsFormByWhatIsAccepted(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	for accept, want := range map[string]string{
		"application/json, text/html": "application/json", "text/html, application/json": "text/html", "text/csv, */*": "text/csv",
		"*/*": "text/html", "image/png": "text/html", "text/*": "text/html", accepted: "text/html",
	} {
		got := h.send(http.MethodHead, "/report", "Accept", accept)
		require.Equal(t, want, strings.Split(got.header.Get("Content-Type"), ";")[0], accept)
	}
}

// A manager whose events are not kept on disk tells of those in memory.
func TestReportWithoutADisk(t *testing.T) {
	t.Parallel()
	h := start(t, 2, func(h *harness) {
		folder := h.config.Settings.Log.Folder
		require.NoError(t, os.MkdirAll(folder, 0o700))
		lock, err := disk.Lock(filepath.Join(folder, "events.lock"))
		require.NoError(t, err)
		t.Cleanup(func() { lock.Close() })
	})
	require.Contains(t, h.get("/report").body, "2 nodes, ")
}
