package process

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
)

// launcher runs the test binary as the nodes of the suite.
func launcher(t *testing.T) Launcher {
	t.Setenv(roleVariable, "serving")
	t.Setenv(lifelineVariable, newLifeline(t).listener.Addr().String())
	t.Setenv("GORACE", "atexit_sleep_ms=0")
	return Launcher{Path: os.Args[0], Args: []string{"node"}}
}

// What a program says that is not one of ours is told.
func TestDataOfAnotherProgram(t *testing.T) {
	l := launcher(t)
	t.Setenv(roleVariable, "dying")
	_, err := l.Chains(t.Context(), []string{"x"})
	require.ErrorContains(t, err, "chains of 1 folders: exit status 3: panic: oh no")
	t.Setenv(roleVariable, "refusing")
	require.EqualError(t, l.RemoveChains(t.Context(), []string{"x"}), "node reports: port 5000 is in use")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, l.Discard(ended, []string{"x"}), context.Canceled)
}

// serving is the child of launcher.
func serving(args []string) error {
	var err error
	if args[1] == DataCommand {
		err = DoData(context.Background(), files{}, append(args[2:3:3], args[4:]...), os.Stdout)
	} else {
		err = serve(args[1:])
	}
	if err != nil {
		return errors.Join(err, AnnounceError(os.Stdout, err, true))
	}
	return nil
}

func serve(args []string) error {
	spec := launch.Spec{Settings: make(map[string]string), Token: os.Getenv("NETWORKMNGR_TOKEN"), Manager: Parent()}
	for _, arg := range args {
		name, value, _ := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		spec.Settings[name] = value
	}
	if spec.Settings["genesis"] != config.StandardInput {
		return errors.New("no genesis")
	}
	var err error
	if spec.Faults, err = (config.NodeSettings{Faults: spec.Settings["faults"]}).ReadFaults(); err != nil {
		return err
	}
	if err := json.NewDecoder(os.Stdin).Decode(&spec.Genesis); err != nil {
		return err
	}
	if reason := spec.Settings["fail"]; reason != "" {
		return errors.New(reason)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	listener, err := Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	if err := AnnounceReady(os.Stdout, launch.Ready{Address: listener.Addr().String(), PID: os.Getpid()}); err != nil {
		return err
	}
	answer(ctx, spec, listener)
	return nil
}
