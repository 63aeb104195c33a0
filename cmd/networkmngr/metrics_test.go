package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/require"
)

// scrape returns what Prometheus reads at a port, which its own check must find good.
func scrape(t *testing.T, port int) string {
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/metrics", port))
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	problems, err := promlint.New(strings.NewReader(string(text))).Lint()
	require.NoError(t, err)
	require.Empty(t, problems)
	return string(text)
}

// metricNames are those of this program, and of Prometheus' own library for it.
var metricNames = regexp.MustCompile(`\b(?:networkmngr|process|go)_[a-z0-9_]+`)

// The dashboard shows only what a network has, a node that was just started too.
func TestGrafanaShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(2, "--genesis", w.lightGenesis("light")).awaitReady()
	get[nodesForm](t, n.port, "/nodes")
	there := make(map[string]bool)
	for _, port := range append([]int{n.port}, n.ports...) {
		for _, name := range metricNames.FindAllString(scrape(t, port), -1) {
			there[name] = true
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "scripts", "grafana", "networkmngr.json"))
	require.NoError(t, err)
	require.True(t, json.Valid(text))
	names := metricNames.FindAllString(string(text), -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		require.True(t, there[name], "the dashboard shows %s, which nobody has", name)
	}
	for name := range there {
		if own := strings.HasPrefix(name, "networkmngr_"); own && !strings.HasSuffix(name, "_sum") && !strings.HasSuffix(name, "_count") {
			require.True(t, strings.Contains(string(text), name), "the dashboard does not show %s", name)
		}
	}
	n.stop()
}
