package command

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/manager"
)

// healthy are the flags with which the doctor finds nothing.
func healthy(t *testing.T) []string {
	return []string{
		"doctor", "--config=", "-a1", "-p", strconv.Itoa(freePorts(t, 2)), "--logs=" + filepath.Join(t.TempDir(), "new", "logs"),
	}
}

// visit gives the findings that are not fine, and those that are.
func visit(t *testing.T, code int, args ...string) (bad, good []finding) {
	t.Helper()
	r := execute(t, append(append(healthy(t), "--json"), args...)...)
	require.Equal(t, code, r.code, r.stdout+r.stderr)
	for _, f := range decode[[]finding](t, r.stdout) {
		if f.Grade == fine {
			good = append(good, f)
			require.Empty(t, f.Advice)
		} else {
			bad = append(bad, f)
			require.NotEmpty(t, f.Advice, f)
		}
	}
	return bad, good
}

// only requires that nothing but one check was not fine.
func only(t *testing.T, bad []finding, check, grade, part string) {
	t.Helper()
	require.Len(t, bad, 1)
	require.Equal(t, check, bad[0].Check)
	require.Equal(t, grade, bad[0].Grade)
	require.Contains(t, bad[0].Found, part)
}

func TestAHealthyMachine(t *testing.T) {
	bad, good := visit(t, 0)
	require.Empty(t, bad)
	require.GreaterOrEqual(t, len(good), 8)
	args := healthy(t)
	r := execute(t, args...)
	require.Equal(t, 0, r.code, r.stdout)
	require.Contains(t, r.stdout, "ok    ports       "+args[4]+"-")
	require.NoDirExists(t, args[5][len("--logs="):], "nothing was changed")
}

func TestDoctorFindsATakenPort(t *testing.T) {
	port := occupiedPort(t)
	bad, _ := visit(t, 1, "-p", strconv.Itoa(port))
	only(t, bad, "ports", wrong, fmt.Sprintf("port %d on 127.0.0.1 is in use", port))
}

func TestDoctorFindsAFolderThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	bad, _ := visit(t, 1, "--data="+filepath.Join(file, "data"))
	only(t, bad, "data", wrong, "cannot be written to")
}

func TestDoctorFindsALock(t *testing.T) {
	folder := t.TempDir()
	lock, err := os.Create(filepath.Join(folder, "manager.lock"))
	require.NoError(t, err)
	defer lock.Close()
	bad, _ := visit(t, 0, "--data="+folder)
	require.Empty(t, bad)
	require.NoError(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
	bad, _ = visit(t, 1, "--data="+folder)
	only(t, bad, "locks", wrong, lock.Name())
}

func TestDoctorFindsProcessesOfAnEarlierRun(t *testing.T) {
	left := exec.Command("sleep", "1000")
	require.NoError(t, left.Start())
	defer func() { _ = left.Process.Kill(); _ = left.Wait() }()
	logs, now := t.TempDir(), time.Now()
	record := manager.Record{
		State: api.Running, PID: deadProcess(t), StartedAt: now, ReadyAt: now, URL: "http://127.0.0.1:1",
		Nodes: []api.NodeState{{PID: left.Process.Pid}},
	}
	writeRecord(t, logs, record)
	bad, _ := visit(t, 1, "--logs="+logs)
	require.Len(t, bad, 2)
	require.Equal(t, "last run", bad[0].Check)
	require.Equal(t, "kill "+strconv.Itoa(left.Process.Pid), bad[1].Advice)

	// The number of a process that started later says nothing.
	record.ReadyAt = now.Add(-time.Hour)
	writeRecord(t, logs, record)
	bad, _ = visit(t, 0, "--logs="+logs)
	only(t, bad, "last run", doubted, "without having ended in order")
}

func TestDoctorDoubtsTheClock(t *testing.T) {
	logs := t.TempDir()
	log := filepath.Join(logs, "networkmngr.log")
	require.NoError(t, os.WriteFile(log, nil, 0o600))
	later := time.Now().Add(time.Hour)
	require.NoError(t, os.Chtimes(log, later, later))
	bad, _ := visit(t, 0, "--logs="+logs)
	only(t, bad, "clock", doubted, "but a log was written at")
	genesis := filepath.Join(t.TempDir(), "genesis.json")
	require.NoError(t, os.WriteFile(genesis, fmt.Appendf(nil,
		`{"name": "later", "time": %d, "block_time": 1, "half_life": 60, "reward": 1, "floor_bits": "207fffff"}`, later.Unix()), 0o600))
	bad, _ = visit(t, 1, "--genesis="+genesis)
	only(t, bad, "clock", wrong, "no block can follow")
}

func TestDoctorReadsABrokenRecord(t *testing.T) {
	logs := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(logs, "run.json"), []byte("{"), 0o600))
	bad, _ := visit(t, 0, "--logs="+logs)
	only(t, bad, "last run", doubted, "run.json")
}

func TestLives(t *testing.T) {
	require.Equal(t, alive, lives(os.Getpid(), time.Now()))
	require.Equal(t, gone, lives(os.Getpid(), time.Now().Add(-24*time.Hour)), "then somebody else had this number")
	require.Equal(t, gone, lives(deadProcess(t), time.Now()))
	zombie := exec.Command("true")
	require.NoError(t, zombie.Start())
	until(t, "its end", func() bool { return lives(zombie.Process.Pid, time.Now()) == gone })
	require.NoError(t, zombie.Wait())
}

// A port at which no manager answers, but somebody else.
func TestSomebodyElseAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<html>hello")
	}))
	defer server.Close()
	r := execute(t, "status", "--config=", "--logs="+t.TempDir(), "--manager="+server.URL)
	r.ends(exitFailed, server.URL+"/nodes: read the answer")
}
