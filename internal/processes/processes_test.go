package processes

import (
	"net"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStateOfAProcess(t *testing.T) {
	require.Equal(t, Alive, StateOf(os.Getpid(), time.Now()))
	require.Equal(t, Gone, StateOf(os.Getpid(), time.Now().Add(-24*time.Hour)), "then somebody else had this number")
	require.Equal(t, Gone, StateOf(deadProcess(t), time.Now()))
	zombie := exec.Command("true")
	require.NoError(t, zombie.Start())
	require.Eventually(t, func() bool { return StateOf(zombie.Process.Pid, time.Now()) == Gone }, 3*time.Minute, time.Millisecond)
	require.NoError(t, zombie.Wait())
}

// deadProcess is the number of a process that has ended.
func deadProcess(t *testing.T) int {
	command := exec.Command("true")
	require.NoError(t, command.Run())
	return command.Process.Pid
}

func TestProcessesOfAProgram(t *testing.T) {
	none, err := Running("no program has this name")
	require.NoError(t, err)
	require.Empty(t, none)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	found, err := Running(programOf(os.Args[0]))
	require.NoError(t, err)
	i := slices.IndexFunc(found, func(p Process) bool { return p.PID == os.Getpid() })
	require.GreaterOrEqual(t, i, 0, found)
	here, err := os.Getwd()
	require.NoError(t, err)
	require.Equal(t, here, found[i].Folder)
	require.Equal(t, os.Args[1:], found[i].Args)
	require.Contains(t, found[i].Listens, listener.Addr().String())
	require.WithinDuration(t, time.Now(), found[i].StartedAt, time.Hour)
}
