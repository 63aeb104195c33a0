package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/shirou/gopsutil/v4/disk"
	"github.com/shirou/gopsutil/v4/mem"

	"networkmngr/internal/config"
	"networkmngr/internal/genesis"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/terminal"
)

// What a network needs, generously.
const (
	filesPerNode     = 16        // that the manager holds open
	filesOfNode      = 1024      // that one node may come to: peers, clients, database
	memoryPerNode    = 64 << 20  // bytes
	scarceDisk       = 1 << 30   // bytes: fine for an afternoon
	exhaustedDisk    = 100 << 20 // bytes
	maxClockBackstep = 2 * time.Minute
)

// checkPorts looks whether every port is free.
func checkPorts(s *subject) Result {
	const check = "ports"
	first, last := s.settings.Port, s.settings.Port+s.settings.Amount
	for port := first; port <= last; port++ {
		err := tryPort(s.settings.Host, port)
		switch {
		case err == nil:
		case s.runsHere():
			return pass(check, "%d-%d are those of the network that runs", first, last)
		case errors.Is(err, syscall.EADDRINUSE):
			return fail(check, fmt.Sprintf("port %d on %s is in use", port, s.settings.Host),
				fmt.Sprintf("end what listens there, or choose other ports with --port (%d are needed in a row)", last-first+1))
		default:
			return fail(check, fmt.Sprintf("port %d on %s: %v", port, s.settings.Host, err), "choose others with --host and --port")
		}
	}
	return pass(check, "%d-%d on %s are free", first, last, s.settings.Host)
}

// runsHere reports whether a network that runs has the ports in question.
func (s *subject) runsHere() bool {
	return slices.ContainsFunc(s.running, func(r *lastrun.Record) bool { return r.URL == s.settings.DefaultURL() })
}

// runsOn reports whether a network that runs has the data folder in question.
func (s *subject) runsOn() bool {
	return slices.ContainsFunc(s.running, func(r *lastrun.Record) bool { return sameFolder(r.Data, s.settings.Data) })
}

func tryPort(host string, port int) error {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return listener.Close()
}

func checkLogs(s *subject) Result { return checkFolder("logs", s.settings.Log.Folder) }

// checkData looks at the folder that temporary ones are in, where none is named.
func checkData(s *subject) Result { return checkFolder("data", cmp.Or(s.settings.Data, os.TempDir())) }

// checkFolder looks whether a folder, or the one that it would be made in, can be
// written to and has room.
func checkFolder(check, folder string) Result {
	existing, err := existingFolder(folder)
	if err == nil {
		err = mayWrite(existing)
	}
	if err != nil {
		return fail(check, fmt.Sprintf("folder %s cannot be written to: %v", folder, err), "choose another one with --"+check)
	}
	usage, err := disk.Usage(existing)
	if err != nil {
		return warn(check, fmt.Sprintf("folder %s: %v", folder, err), "")
	}
	free := usage.Free
	found := fmt.Sprintf("folder %s has %s free", folder, size(free))
	switch {
	case free < exhaustedDisk:
		return fail(check, found, "make room, or choose another one with --"+check)
	case free < scarceDisk:
		return warn(check, found, "make room for a network that runs for long")
	}
	return pass(check, "%s", found)
}

// existingFolder is the folder, or the closest one above it that exists.
func existingFolder(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	for {
		info, err := os.Stat(path)
		switch {
		case err == nil && !info.IsDir():
			return "", fmt.Errorf("%s: %w", path, syscall.ENOTDIR)
		case err == nil:
			return path, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
		path = filepath.Dir(path)
	}
}

// size is a number of bytes for people.
func size(bytes uint64) string {
	const unit = 1 << 10
	if bytes < unit<<20 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(bytes)/(unit<<20))
}

// checkLocks looks whether a process uses the data folder. A temporary one is
// always free.
func checkLocks(s *subject) Result {
	const check = "locks"
	if s.settings.Data == "" {
		return pass(check, "a fresh temporary data folder has none")
	}
	var held []string
	for _, pattern := range []string{"*.lock", "*/chain.db"} {
		files, err := filepath.Glob(filepath.Join(s.settings.Data, pattern))
		if err != nil {
			return warn(check, err.Error(), "")
		}
		for _, file := range files {
			if isLocked(file) {
				held = append(held, file)
			}
		}
	}
	switch {
	case len(held) == 0:
		return pass(check, "nobody uses the data folder %s", s.settings.Data)
	case s.runsOn():
		return pass(check, "the network that runs uses the data folder %s", s.settings.Data)
	}
	return fail(check, "somebody uses "+strings.Join(held, ", "),
		"end the network of this folder (fuser "+held[0]+" tells who it is), or choose another one with --data")
}

// isLocked reports whether another process holds the file's lock. A file that is
// gone again, or not ours to read, counts as free.
func isLocked(file string) bool {
	lock := flock.New(file, flock.SetFlag(os.O_RDONLY))
	defer lock.Close()
	free, err := lock.TryRLock()
	return err == nil && !free
}

func sameFolder(a, b string) bool {
	first, errA := os.Stat(a)
	second, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(first, second)
}

// checkFiles compares the limit of open files with what the processes need.
func checkFiles(s *subject) Result {
	const check = "open files"
	limit, err := maxOpenFiles()
	if errors.Is(err, errors.ErrUnsupported) {
		return Result{} // this system has no such limit
	}
	if err != nil {
		return warn(check, err.Error(), "")
	}
	needed := uint64(max(filesOfNode, filesPerNode*s.settings.Amount))
	found := fmt.Sprintf("each process may open %d; %d will do for %s", limit, needed, terminal.Plural(s.settings.Amount, "node"))
	if limit < needed {
		return warn(check, found, fmt.Sprintf("raise the hard limit: ulimit -Hn %d, as root", needed))
	}
	return pass(check, "%s", found)
}

// checkMemory compares the memory that is free with what the nodes need.
func checkMemory(s *subject) Result {
	const check = "memory"
	memory, err := mem.VirtualMemory()
	if err != nil {
		return warn(check, err.Error(), "")
	}
	free := memory.Available
	needed := uint64(s.settings.Amount) * memoryPerNode
	found := fmt.Sprintf("%s are free; %s will do for %s", size(free), size(needed), terminal.Plural(s.settings.Amount, "node"))
	if free < needed && len(s.running) == 0 {
		return warn(check, found, "run fewer nodes with --amount")
	}
	return pass(check, "%s", found)
}

// checkClock looks for a clock that stands before what has happened already:
// the genesis block, and what was written last.
func checkClock(s *subject) Result {
	const check, advice = "clock", "set the clock, best by NTP"
	now := time.Now()
	network, err := genesis.Load(s.settings.Genesis)
	if err != nil {
		return fail("genesis", err.Error(), "name another file with --genesis")
	}
	if err := network.Params.CheckBegun(now); err != nil {
		return fail(check, err.Error(), advice)
	}
	if written := lastWritten(s.settings); written.After(now.Add(maxClockBackstep)) {
		return warn(check, fmt.Sprintf("says %s, but a log was written at %s", atTime(now), atTime(written)), advice)
	}
	return pass(check, "says %s", atTime(now))
}

// lastWritten is when the latest log was.
func lastWritten(settings config.ManagerSettings) (last time.Time) {
	files, _ := filepath.Glob(filepath.Join(settings.Log.Folder, "*.log")) // the pattern is a good one
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}
