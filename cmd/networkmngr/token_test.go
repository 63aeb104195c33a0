package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A network that others can reach makes a token for itself, if it is given none. Its
// owner's commands find it; it shows neither in the output, nor in logs, nor in a list
// of processes.
func TestATokenIsMadeOnTheSpot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(1, "-H", "0.0.0.0").awaitReady()
	file := w.path("logs", "networkmngr-"+strconv.Itoa(n.port)+".token")
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.Contains(t, n.stdout.String(), "$(cat '"+file+"')")
	token := strings.TrimSpace(w.read("logs", filepath.Base(file)))
	require.GreaterOrEqual(t, len(token), 16)

	_, err = try[struct{}](http.MethodPost, n.port, "/start/mining", nil)
	require.ErrorContains(t, err, "token-needed")
	_, err = try[struct{}](http.MethodGet, n.ports[0], "/mine", nil)
	require.ErrorContains(t, err, "token-needed")
	mine := w.start("networkmngr", "mine", "--min=0s", "--max=0s")
	require.Zero(t, mine.exitCode(), mine.stderr)

	arguments, err := exec.Command("ps", "-A", "-o", "args").Output()
	require.NoError(t, err)
	require.NotContains(t, string(arguments), token)
	stop := w.start("networkmngr", "stop")
	require.Zero(t, stop.exitCode(), stop.stderr)
	n.requireCleanEnd()
	require.NoFileExists(t, file)
	require.NotContains(t, n.stdout.String(), token)
	for _, log := range []string{"networkmngr.log", "run.json", "node-" + strconv.Itoa(n.ports[0]) + ".log"} {
		require.NotContains(t, w.read("logs", log), token)
	}
}

// A node by hand, too.
func TestANodeMakesAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	port := freePorts(t, 1)
	p := w.start("node", "-p", strconv.Itoa(port), "-H", "0.0.0.0", "--data="+w.path("data"))
	eventually(t, func() bool { return answers(port) }, "no node")
	_, err := try[struct{}](http.MethodGet, port, "/mine", nil)
	require.ErrorContains(t, err, "token-needed")
	file := w.path("logs", "node-"+strconv.Itoa(port)+".token")
	token := strings.TrimSpace(w.read("logs", filepath.Base(file)))
	require.Contains(t, p.stderr.String(), "made a token")
	require.NotContains(t, p.stderr.String(), token)
	request, err := http.NewRequest(http.MethodGet, "http://"+address(port)+"/shutdown", nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Zero(t, p.exitCode())
	require.NoFileExists(t, file)
}
