package manager_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/manager"
)

// accepted is what a browser accepts of a page that it opens.
const accepted = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// A browser sees the page where a program reads what is here.
func TestThePage(t *testing.T) {
	t.Parallel()
	h := start(t, 1)
	for _, header := range [][]string{nil, {"Accept", "*/*"}, {"Accept", "application/json"}} {
		got := h.send(http.MethodGet, "/", header...)
		require.Equal(t, "a network of 1 node", object(t, got.body)["message"])
		require.Equal(t, "Accept", got.header.Get("Vary"))
	}
	got := h.send(http.MethodGet, "/", "Accept", accepted)
	require.Equal(t, http.StatusOK, got.status)
	require.Equal(t, "text/html; charset=utf-8", got.header.Get("Content-Type"))
	require.Equal(t, []string{"Accept", "Accept-Encoding"}, got.header.Values("Vary"))
	require.Equal(t, got.body, h.get("/dashboard/").body)
	again := h.send(http.MethodGet, "/", "Accept", accepted, "If-None-Match", got.header.Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.status)
	h.requireError(h.get("/dashboard/other.js"), http.StatusNotFound, "not-found", "other.js")
	h.requireError(h.send(http.MethodGet, "/", "Accept", accepted, "Origin", "https://evil.example"), http.StatusForbidden, "cross-site", "evil.example")
}

// Who works on the page sees it without another start.
func TestThePageOfAFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "index.html"), []byte(text), 0o600))
	}
	write("first")
	h := start(t, 1, func(h *harness) { h.config.Settings.Dashboard = folder })
	require.Equal(t, "first", h.send(http.MethodGet, "/", "Accept", accepted).body)
	write("second")
	require.Equal(t, "second", h.get("/dashboard").body)
}

func TestAFolderThatHasNoPage(t *testing.T) {
	t.Parallel()
	h := prepare(t, 1, func(h *harness) { h.config.Settings.Dashboard = h.TempDir() })
	err := h.manager.Run(t.Context(), func(manager.Summary) { require.Fail(t, "it started") })
	require.ErrorIs(t, err, manager.ErrCheck)
	require.ErrorContains(t, err, "--dashboard "+h.config.Settings.Dashboard)
}
