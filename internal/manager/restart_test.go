package manager_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager"
)

// rests are the waits before nodes start again by themselves: each is told, and lasts
// until the test ends it.
type rests struct {
	told chan time.Duration
	end  chan struct{}
}

func (r *rests) take(ctx context.Context, d time.Duration) error {
	select {
	case r.told <- d:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-r.end:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// restarting is a network with a restart policy.
func restarting(t *testing.T, amount int, policy string, change ...func(*harness)) (*harness, *rests) {
	h := prepare(t, amount, append(change, func(h *harness) { h.config.Settings.Restart = policy })...)
	r := &rests{make(chan time.Duration), make(chan struct{})}
	h.manager.SetRest(r.take)
	h.launch()
	return h, r
}

func (h *harness) nodeOf(name string) api.NodeState {
	for _, n := range h.listed().Nodes {
		if n.Name == name {
			return n
		}
	}
	require.Fail(h, "no node "+name)
	return api.NodeState{}
}

func (h *harness) lives(name string, boot int) {
	h.Helper()
	h.eventually(func() bool { n := h.nodeOf(name); return boots(n) == boot && n.State == api.Running }, "the next life")
}

// A node that was killed or crashed starts again after a while, and after longer ones
// while that goes on, or the start fails.
func TestFailedNodesStartAgain(t *testing.T) {
	t.Parallel()
	h, rest := restarting(t, 2, config.OnFailure)
	require.Equal(t, config.OnFailure, h.listed().Restart)
	killed := h.act("n1", "kill")
	require.Equal(t, api.Exited, killed.State)
	require.NotNil(t, killed.RestartsAt)
	h.requireError(h.get("/nodes/n1/chain"), http.StatusConflict, "node-ended", "; it starts again by itself in ")
	require.Contains(t, h.get("/events?from=start&types=node-down&limit=9").body, `"restarts_in":`)
	require.Equal(t, time.Second, receives(t, rest.told))
	rest.end <- struct{}{}
	h.lives("n1", 2)
	require.Nil(t, h.nodeOf("n1").RestartsAt)

	h.launcher.fail[h.port(1)] = errors.New("no disk")
	h.launcher.process(h.port(1)).Die(launch.Exit{Code: 1}, "out of disk")
	require.Equal(t, 2*time.Second, receives(t, rest.told))
	h.eventually(func() bool { return h.notices.String() != "" }, "seen")
	require.Contains(t, h.notices.String(), "; it restarts in 2 s")
	rest.end <- struct{}{}
	require.Equal(t, 4*time.Second, receives(t, rest.told))
	h.eventually(func() bool { return len(h.notices.String()) > 200 }, "told")
	require.Contains(t, h.notices.String(), "node n1 did not start again: ")
	require.NotNil(t, h.nodeOf("n1").RestartsAt)
	delete(h.launcher.fail, h.port(1))
	rest.end <- struct{}{}
	h.lives("n1", 3)
}

// Somebody may be faster than the policy, or take the node out for good.
func TestNobodyStartsTwice(t *testing.T) {
	t.Parallel()
	h, rest := restarting(t, 3, config.OnFailure)
	h.act("n1", "kill")
	receives(t, rest.told)
	require.Equal(t, 2, boots(h.act("n1", "restart")))
	rest.end <- struct{}{}
	h.act("n2", "kill")
	receives(t, rest.told)
	_, err := h.client().RemoveNode(t.Context(), "n2")
	require.NoError(t, err)
	rest.end <- struct{}{}
	_, err = h.client().RemoveNode(t.Context(), "n0")
	require.NoError(t, err)
	h.act("n1", "kill")
	require.Equal(t, 2*time.Second, receives(t, rest.told), "the others were not planned anew")
	require.Len(t, h.listed().Nodes, 1)
	require.NoError(t, h.stop(), "which the wait does not hold up")
}

// Who ends in order, as it was told itself, has left, unless all are to start again.
func TestNodesThatEndInOrder(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{config.Never, config.OnFailure, config.Always} {
		h, rest := restarting(t, 2, policy)
		h.launcher.process(h.port(1)).Die(launch.Exit{}, "")
		if policy == config.Always {
			require.Equal(t, time.Second, receives(t, rest.told))
			rest.end <- struct{}{}
			h.lives("n1", 2)
			require.Empty(t, h.listed().Removed)
		} else {
			h.eventually(func() bool { return len(h.listed().Removed) == 1 }, "n1 to have left")
		}
		require.NoError(t, h.stop())
	}
}

// The policy is of the network: a later run has it, too, until another is named.
func TestThePolicyIsKept(t *testing.T) {
	t.Parallel()
	h, _ := restarting(t, 1, config.OnFailure, func(h *harness) { h.config.Settings.Data = h.TempDir() })
	require.NoError(t, h.stop())
	want := config.OnFailure
	for _, named := range []string{"", config.Never, ""} {
		again := prepare(t, 1, func(next *harness) {
			next.config.Settings.Data, next.config.Settings.Port = h.config.Settings.Data, h.config.Settings.Port
			next.config.Settings.Restart = named
		})
		again.launch()
		if named != "" {
			want = named
		}
		require.Equal(t, want, again.listed().Restart)
		require.NoError(t, again.stop())
	}
	h, _ = restarting(t, 1, "")
	require.Equal(t, config.Never, h.listed().Restart)
}

// A start that fails leaves the policy as it was.
func TestThePolicyOfAStartThatFails(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := prepare(t, 1, func(h *harness) {
		h.config.Settings.Data, h.config.Settings.Restart = data, config.Always
		h.launcher.fail[h.port(0)] = errors.New("no disk")
	})
	require.ErrorContains(t, h.manager.Run(t.Context(), nil), "no disk")
	left, err := os.ReadDir(data)
	require.NoError(t, err)
	require.Empty(t, left)
}

// A real process that is killed comes back by itself, as another one.
func TestAKilledProcessComesBack(t *testing.T) {
	t.Parallel()
	h := processes(t, 2)
	h.config.Settings.Restart = config.OnFailure
	h.manager = manager.New(h.config, h.processLauncher())
	h.awaitReady()
	before := h.pids()
	require.NoError(t, syscall.Kill(before[1], syscall.SIGKILL))
	h.lives("n1", 2)
	after := h.pids()
	require.NotEqual(t, before[1], after[1])
	require.Equal(t, before[0], after[0])
}
