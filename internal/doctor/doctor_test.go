package doctor

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/certificate"
	"networkmngr/internal/config"
	"networkmngr/internal/lastrun"
)

// healthy are settings with which the doctor finds nothing.
func healthy(t *testing.T) config.ManagerSettings {
	settings := config.DefaultManager()
	settings.Port, settings.Amount = freePort(t), 0
	settings.Log.Folder = filepath.Join(t.TempDir(), "new", "logs")
	return settings
}

// freePort is one that nobody had a moment ago.
func freePort(t *testing.T) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// visit returns the results of the checks that have not passed, and of those
// that have.
func visit(t *testing.T, change func(*config.ManagerSettings)) (bad, good []Result) {
	t.Helper()
	settings := healthy(t)
	change(&settings)
	for _, r := range Examine(settings) {
		if r.Grade == Passed {
			good = append(good, r)
			require.Empty(t, r.Advice)
		} else {
			bad = append(bad, r)
			require.NotEmpty(t, r.Advice, r)
		}
	}
	return bad, good
}

// only requires that nothing but one check was not fine.
func only(t *testing.T, bad []Result, check, grade, part string) {
	t.Helper()
	require.Len(t, bad, 1)
	require.Equal(t, check, bad[0].Check)
	require.Equal(t, grade, bad[0].Grade)
	require.Contains(t, bad[0].Found, part)
}

func TestAHealthyMachine(t *testing.T) {
	var logs string
	var port int
	bad, good := visit(t, func(m *config.ManagerSettings) { logs, port = m.Log.Folder, m.Port })
	require.Empty(t, bad)
	require.GreaterOrEqual(t, len(good), 8)
	require.Contains(t, good, pass("ports", "%d-%d on 127.0.0.1 are free", port, port))
	require.NoDirExists(t, logs, "nothing was changed")
}

func TestATakenPort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	bad, _ := visit(t, func(m *config.ManagerSettings) { m.Port = port })
	only(t, bad, "ports", Failed, fmt.Sprintf("port %d on 127.0.0.1 is in use", port))
}

func TestAFolderThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	bad, _ := visit(t, func(m *config.ManagerSettings) { m.Data = filepath.Join(file, "data") })
	only(t, bad, "data", Failed, "cannot be written to")
}

func TestALockedFolder(t *testing.T) {
	folder := t.TempDir()
	lock := flock.New(filepath.Join(folder, "manager.lock"))
	defer lock.Close()
	require.NoError(t, os.WriteFile(lock.Path(), nil, 0o600))
	in := func(m *config.ManagerSettings) { m.Data = folder }
	bad, _ := visit(t, in)
	require.Empty(t, bad)
	require.NoError(t, lock.Lock())
	bad, _ = visit(t, in)
	only(t, bad, "locks", Failed, lock.Path())
}

func TestProcessesOfAnEarlierRun(t *testing.T) {
	left := exec.Command("sleep", "1000")
	require.NoError(t, left.Start())
	defer func() { _ = left.Process.Kill(); _ = left.Wait() }()
	logs, now := t.TempDir(), time.Now()
	in := func(m *config.ManagerSettings) { m.Log.Folder = logs }
	record := lastrun.Record{
		State: api.Running, PID: deadProcess(t), StartedAt: now, ReadyAt: now, URL: "http://127.0.0.1:1",
		Nodes: []api.NodeState{{PID: left.Process.Pid}},
	}
	writeRecord(t, logs, record)
	bad, _ := visit(t, in)
	require.Len(t, bad, 2)
	require.Equal(t, "last run", bad[0].Check)
	require.Equal(t, "kill "+strconv.Itoa(left.Process.Pid), bad[1].Advice)

	// The number of a process that started later says nothing.
	record.ReadyAt = now.Add(-time.Hour)
	writeRecord(t, logs, record)
	bad, _ = visit(t, in)
	only(t, bad, "last run", Warned, "without having ended in order")

	// But a node may have been restarted since the network was ready.
	record.Nodes[0].Lives = []api.Life{{Boot: 1, StartedAt: record.ReadyAt}, {Boot: 2, StartedAt: now}}
	writeRecord(t, logs, record)
	bad, _ = visit(t, in)
	require.Len(t, bad, 2)
}

// Of several networks with one log folder, all that run are named, and what is left of
// one that is gone.
func TestNetworksBesideEachOther(t *testing.T) {
	left := exec.Command("sleep", "1000")
	require.NoError(t, left.Start())
	defer func() { _ = left.Process.Kill(); _ = left.Wait() }()
	logs, now, locked := t.TempDir(), time.Now(), t.TempDir()
	gone := lastrun.Record{
		State: api.Running, PID: deadProcess(t), StartedAt: now, ReadyAt: now, URL: "http://127.0.0.1:1",
		Nodes: []api.NodeState{{PID: left.Process.Pid}},
	}
	require.NoError(t, os.WriteFile(filepath.Join(logs, "run-1.json"), encoded(t, gone), 0o600))
	for i, data := range []string{locked, "other"} {
		r := lastrun.Recorder{Logs: logs}
		require.NoError(t, r.Begin(lastrun.Record{
			State: api.Running, PID: os.Getpid(), StartedAt: now.Add(time.Duration(i) * time.Millisecond), Data: data, URL: fmt.Sprintf("http://127.0.0.1:%d", i+2),
		}))
	}
	lock := flock.New(filepath.Join(locked, "manager.lock"))
	defer lock.Close()
	require.NoError(t, lock.Lock())
	bad, good := visit(t, func(m *config.ManagerSettings) { m.Log.Folder, m.Data = logs, locked })
	require.Contains(t, good, pass("last run", "runs at http://127.0.0.1:2, as process %d, another one at http://127.0.0.1:3, as process %[1]d", os.Getpid()))
	require.Contains(t, good, pass("locks", "the network that runs uses the data folder %s", locked))
	only(t, bad, "processes", Failed, strconv.Itoa(left.Process.Pid))
}

func TestADoubtfulClock(t *testing.T) {
	logs := t.TempDir()
	in := func(m *config.ManagerSettings) { m.Log.Folder = logs }
	log := filepath.Join(logs, "networkmngr.log")
	require.NoError(t, os.WriteFile(log, nil, 0o600))
	later := time.Now().Add(time.Hour)
	require.NoError(t, os.Chtimes(log, later, later))
	bad, _ := visit(t, in)
	only(t, bad, "clock", Warned, "but a log was written at")
	genesis := filepath.Join(t.TempDir(), "genesis.json")
	require.NoError(t, os.WriteFile(genesis, fmt.Appendf(nil,
		`{"name": "later", "time": %d, "block_time": 1, "half_life": 60, "reward": 1, "floor_bits": "207fffff"}`, later.Unix()), 0o600))
	bad, _ = visit(t, func(m *config.ManagerSettings) { m.Genesis = genesis })
	only(t, bad, "clock", Failed, "no block can follow")
}

func TestABrokenRecord(t *testing.T) {
	logs := t.TempDir()
	in := func(m *config.ManagerSettings) { m.Log.Folder = logs }
	require.NoError(t, os.WriteFile(filepath.Join(logs, "run.json"), []byte("{"), 0o600))
	bad, _ := visit(t, in)
	only(t, bad, "last run", Warned, "run.json")
}

// A record that another program has written may lack what ours writes.
func TestARecordWithoutAnEnd(t *testing.T) {
	logs := t.TempDir()
	in := func(m *config.ManagerSettings) { m.Log.Folder = logs }
	writeRecord(t, logs, lastrun.Record{State: lastrun.Ended})
	bad, good := visit(t, in)
	require.Empty(t, bad)
	require.Contains(t, good, pass("last run", "ended in order"))
}

// writeRecord leaves a run's record in a log folder.
func writeRecord(t *testing.T, logs string, r lastrun.Record) {
	require.NoError(t, os.WriteFile(filepath.Join(logs, "run.json"), encoded(t, r), 0o600))
}

func encoded(t *testing.T, r lastrun.Record) []byte {
	text, err := json.Marshal(r)
	require.NoError(t, err)
	return text
}

// deadProcess is the number of a process that has ended.
func deadProcess(t *testing.T) int {
	command := exec.Command("true")
	require.NoError(t, command.Run())
	return command.Process.Pid
}

// The certificate that is named is looked at; without one there is nothing to look at.
func TestACertificate(t *testing.T) {
	base := filepath.Join(t.TempDir(), "tls")
	pair, _, err := certificate.Keep(base, []string{"localhost"}, nil)
	require.NoError(t, err)
	bad, good := visit(t, func(m *config.ManagerSettings) { m.TLSCert, m.TLSKey = base+".crt", base+".key" })
	require.Empty(t, bad)
	require.Contains(t, good, pass("certificate", "%s.crt is valid until %s; %s", base, pair.Ends().Format(time.DateOnly), pair.Fingerprint()))
	bad, _ = visit(t, func(m *config.ManagerSettings) { m.TLSCert, m.TLSKey = base+".crt", base+".crt" })
	only(t, bad, "certificate", Failed, "tls.crt with the key")
}
