package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/launch"
	"networkmngr/internal/launch/launchtest"
)

// The two launchers pass one suite. Their nodes answer over HTTP the Spec that they
// were started from; one whose setting "fail" is set does not become ready.
func TestProcesses(t *testing.T) { suite{launcher(t)}.run(t) }

func TestMemory(t *testing.T) { suite{launchtest.Memory{Data: files{}, Begin: begin}}.run(t) }

func begin(_ context.Context, spec launch.Spec, gate *launchtest.Gate) (launchtest.Program, error) {
	if reason := spec.Settings["fail"]; reason != "" {
		return launchtest.Program{}, fmt.Errorf("%w: %s", launch.ErrMisuse, reason)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return launchtest.Program{}, err
	}
	return launchtest.Program{
		Ready: launch.Ready{Address: listener.Addr().String(), PID: os.Getpid()},
		Serve: func(ctx context.Context) { answer(ctx, spec, gate.Listener(listener)) },
	}, nil
}

// answer serves until ctx ends.
func answer(ctx context.Context, spec launch.Spec, listener net.Listener) {
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(spec)
	})}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	_ = server.Serve(listener)
}

// files are launch.Data for the tests' nodes: a file in each folder holds its Chain.
type files struct{}

// Chains implements [launch.Data], as do the methods that follow.
func (files) Chains(_ context.Context, places []string) ([]launch.Chain, error) {
	chains := make([]launch.Chain, len(places))
	for i, place := range places {
		text, err := os.ReadFile(chainFile(place))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = json.Unmarshal(text, &chains[i])
		}
		if err != nil {
			return nil, err
		}
	}
	return chains, nil
}

var errBegun = errors.New("has begun")

func (f files) RemoveChains(ctx context.Context, places []string) error {
	chains, err := f.Chains(ctx, places)
	for i := range chains {
		if chains[i].Height > 0 {
			err = errors.Join(err, fmt.Errorf("%w: %s", errBegun, places[i]))
		}
	}
	if err != nil {
		return err
	}
	for _, place := range places {
		if err := os.RemoveAll(chainFile(place)); err != nil {
			return err
		}
	}
	return nil
}

func (f files) Discard(ctx context.Context, places []string) (err error) {
	for _, place := range places {
		if begun := f.RemoveChains(ctx, []string{place}); !errors.Is(begun, errBegun) { // or it stays
			err = errors.Join(err, os.RemoveAll(place))
		}
	}
	return err
}

func chainFile(place string) string { return filepath.Join(place, "chain.json") }

type suite struct{ launcher launch.Launcher }

func (s suite) run(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"it serves what it was told":           s.serves,
		"a reason why it does not start":       s.fails,
		"a start that comes too late":          s.late,
		"stop":                                 s.stop,
		"kill":                                 s.kill,
		"pause and resume":                     s.pause,
		"a paused node ends in order":          s.stopPaused,
		"a paused node is killed":              s.killPaused,
		"chains":                               s.chains,
		"only what nobody knows is discarded":  s.discard,
		"a next node at the place of the last": s.next,
	} {
		t.Run(name, test)
	}
}

func spec(t *testing.T) launch.Spec {
	return launch.Spec{
		Name: "n3", Settings: map[string]string{"data": t.TempDir(), "lab": "0a1b2c3d"}, Token: "secret",
		Genesis: json.RawMessage(`{"name":"test"}`), Manager: "http://127.0.0.1:4999",
		Faults: json.RawMessage("{\n\"generation\": 7}"),
	}
}

func (s suite) start(t *testing.T) launch.Node {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n, err := s.launcher.Start(ctx, spec(t))
	require.NoError(t, err)
	t.Cleanup(func() { n.Kill() })
	return n
}

// ask asks a node what it was started from, within a time.
func ask(t *testing.T, n launch.Node, within time.Duration) (launch.Spec, error) {
	client := &http.Client{Timeout: within, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + n.Ready().Address)
	if err != nil {
		return launch.Spec{}, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	var told launch.Spec
	require.NoError(t, json.Unmarshal(text, &told), string(text))
	return told, nil
}

func requireEnded(t *testing.T, n launch.Node) {
	t.Helper()
	select {
	case <-n.Done():
	default:
		require.Fail(t, "it has not ended")
	}
	_, err := ask(t, n, patience)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func (s suite) serves(t *testing.T) {
	told, err := ask(t, s.start(t), patience)
	require.NoError(t, err)
	want := spec(t)
	require.Equal(t, want.Settings["lab"], told.Settings["lab"])
	require.Equal(t, want.Token, told.Token)
	require.JSONEq(t, string(want.Genesis), string(told.Genesis))
	require.JSONEq(t, string(want.Faults), string(told.Faults))
	require.Equal(t, want.Manager, told.Manager)
}

func (s suite) fails(t *testing.T) {
	failing := spec(t)
	failing.Settings["fail"] = "no luck"
	_, err := s.launcher.Start(t.Context(), failing)
	require.ErrorIs(t, err, launch.ErrMisuse)
	require.EqualError(t, err, "node reports: no luck")
}

func (s suite) late(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.launcher.Start(ctx, spec(t))
	require.ErrorIs(t, err, context.Canceled)
}

func (s suite) stop(t *testing.T) {
	n := s.start(t)
	for range 2 {
		require.Equal(t, launch.Exit{}, n.Stop(patience))
	}
	require.True(t, n.Exit().Clean())
	requireEnded(t, n)
	require.Equal(t, launch.Exit{}, n.Kill(), "it has ended before")
	require.NoError(t, n.Pause())
	require.NoError(t, n.Resume())
	require.Empty(t, n.Logs())
}

var killed = launch.Exit{Code: -1, Signal: syscall.SIGKILL}

func (s suite) kill(t *testing.T) {
	n := s.start(t)
	require.Equal(t, killed, n.Kill())
	requireEnded(t, n)
	require.Equal(t, killed, n.Stop(patience), "it has ended before")
}

func (s suite) pause(t *testing.T) {
	n := s.start(t)
	for range 2 {
		require.NoError(t, n.Pause())
	}
	_, err := ask(t, n, 100*time.Millisecond)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, n.Resume())
	_, err = ask(t, n, patience)
	require.NoError(t, err)
}

func (s suite) stopPaused(t *testing.T) {
	n := s.start(t)
	require.NoError(t, n.Pause())
	require.Equal(t, launch.Exit{}, n.Stop(patience))
}

func (s suite) killPaused(t *testing.T) {
	n := s.start(t)
	require.NoError(t, n.Pause())
	require.Equal(t, killed, n.Kill())
}

// place makes one whose chain has a height.
func place(t *testing.T, height uint64) (string, launch.Chain) {
	folder := t.TempDir()
	chain := launch.Chain{Genesis: json.RawMessage(`{"name":"test"}`), Height: height}
	text, err := json.Marshal(chain)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(chainFile(folder), text, 0o600))
	return folder, chain
}

func (s suite) chains(t *testing.T) {
	fresh, at0 := place(t, 0)
	begun, at7 := place(t, 7)
	places := []string{fresh, t.TempDir(), begun}
	got, err := s.launcher.Chains(t.Context(), places)
	require.NoError(t, err)
	require.Equal(t, []launch.Chain{at0, {Genesis: got[1].Genesis}, at7}, got)
	require.ErrorContains(t, s.launcher.RemoveChains(t.Context(), places), begun)
	require.NoError(t, s.launcher.RemoveChains(t.Context(), places[:2]))
	got, err = s.launcher.Chains(t.Context(), places[:1])
	require.NoError(t, err)
	require.Zero(t, got[0].Height)
	require.NotEqual(t, at0.Genesis, got[0].Genesis)
	require.NoError(t, os.WriteFile(chainFile(fresh), []byte("{"), 0o600))
	_, err = s.launcher.Chains(t.Context(), places)
	require.ErrorContains(t, err, "JSON")
}

func (s suite) discard(t *testing.T) {
	fresh, _ := place(t, 0)
	begun, _ := place(t, 1)
	other, _ := place(t, 0)
	require.NoError(t, s.launcher.Discard(t.Context(), []string{fresh, begun, other}))
	require.NoDirExists(t, fresh)
	require.NoDirExists(t, other)
	require.DirExists(t, begun)
}

func (s suite) next(t *testing.T) {
	same := spec(t)
	for range 2 {
		n, err := s.launcher.Start(t.Context(), same)
		require.NoError(t, err)
		told, err := ask(t, n, patience)
		require.NoError(t, err)
		require.Equal(t, same.Settings["data"], told.Settings["data"])
		n.Kill()
	}
}
