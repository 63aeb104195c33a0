package command

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/doctor"
)

func TestDoctor(t *testing.T) {
	logs := "--logs=" + filepath.Join(t.TempDir(), "logs")
	port := freePorts(t, 2)
	r := execute(t, "doctor", "--config=", "-a1", logs, "-p", strconv.Itoa(port)).fine()
	require.Contains(t, r.stdout, fmt.Sprintf("ok    ports       %d-%d on 127.0.0.1 are free\n", port, port+1))

	taken := fmt.Sprint("-p", occupiedPort(t))
	r = execute(t, "doctor", "--config=", "-a1", logs, taken)
	r.ends(exitFailed, "something is wrong")
	require.Contains(t, r.stdout, "fail  ports       port ")
	require.Contains(t, r.stdout, "\n                  → end what listens there")
	r = execute(t, "doctor", "--config=", "-a1", logs, taken, "--json")
	r.ends(exitFailed, "something is wrong")
	require.Equal(t, "advice check found grade", keys(t, r.stdout))
	require.NotEmpty(t, decode[[]doctor.Result](t, r.stdout))
}

// A port at which no manager answers, but somebody else.
func TestSomebodyElseAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<html>hello")
	}))
	defer server.Close()
	r := execute(t, "status", "--config=", "--logs="+t.TempDir(), "--manager="+server.URL)
	r.ends(exitMisuse, server.URL+" is no network's manager: something else answers there")
}
