package command

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"networkmngr/internal/config"
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
func checkPorts(p *patient) []finding {
	const check = "ports"
	first, last := p.settings.Port, p.settings.Port+p.settings.Amount
	for port := first; port <= last; port++ {
		err := tryPort(p.settings.Host, port)
		switch {
		case err == nil:
		case p.runsHere():
			return []finding{ok(check, "%d-%d are those of the network that runs", first, last)}
		case errors.Is(err, syscall.EADDRINUSE):
			return []finding{fail(check, fmt.Sprintf("port %d on %s is in use", port, p.settings.Host),
				fmt.Sprintf("end what listens there, or choose other ports with --port (%d are needed in a row)", last-first+1))}
		default:
			return []finding{fail(check, fmt.Sprintf("port %d on %s: %v", port, p.settings.Host, err), "choose others with --host and --port")}
		}
	}
	return []finding{ok(check, "%d-%d on %s are free", first, last, p.settings.Host)}
}

// runsHere reports whether the network that runs has the ports in question.
func (p *patient) runsHere() bool { return p.running && p.record.URL == p.settings.DefaultURL() }

func tryPort(host string, port int) error {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return listener.Close()
}

// folders are those that the network would write to.
func (p *patient) folders() map[string]string {
	data := p.settings.Data
	if data == "" {
		data = os.TempDir()
	}
	return map[string]string{"logs": p.settings.Log.Folder, "data": data}
}

// checkFolders looks whether folders, or those that they would be made in, can
// be written to and have room.
func checkFolders(p *patient) []finding {
	var findings []finding
	for _, check := range []string{"logs", "data"} {
		findings = append(findings, checkFolder(check, p.folders()[check]))
	}
	return findings
}

func checkFolder(check, folder string) finding {
	existing, err := existingFolder(folder)
	if err == nil {
		err = unix.Access(existing, unix.W_OK|unix.X_OK)
	}
	if err != nil {
		return fail(check, fmt.Sprintf("folder %s cannot be written to: %v", folder, err), "choose another one with --"+check)
	}
	var disk unix.Statfs_t
	if err := unix.Statfs(existing, &disk); err != nil {
		return warn(check, fmt.Sprintf("folder %s: %v", folder, err), "")
	}
	free := disk.Bavail * uint64(disk.Bsize)
	found := fmt.Sprintf("folder %s has %s free", folder, size(free))
	switch {
	case free < exhaustedDisk:
		return fail(check, found, "make room, or choose another one with --"+check)
	case free < scarceDisk:
		return warn(check, found, "make room for a network that runs for long")
	}
	return ok(check, "%s", found)
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

// checkLocks looks whether somebody uses the data folder. A temporary one is
// always free.
func checkLocks(p *patient) []finding {
	const check = "locks"
	if p.settings.Data == "" {
		return []finding{ok(check, "a fresh temporary data folder has none")}
	}
	var held []string
	for _, pattern := range []string{"*.lock", "*/chain.db"} {
		files, err := filepath.Glob(filepath.Join(p.settings.Data, pattern))
		if err != nil {
			return []finding{warn(check, err.Error(), "")}
		}
		for _, file := range files {
			if isLocked(file) {
				held = append(held, file)
			}
		}
	}
	switch {
	case len(held) == 0:
		return []finding{ok(check, "nobody uses the data folder %s", p.settings.Data)}
	case p.running && sameFolder(p.record.Data, p.settings.Data):
		return []finding{ok(check, "the network that runs uses the data folder %s", p.settings.Data)}
	}
	return []finding{fail(check, "somebody uses "+strings.Join(held, ", "),
		"end the network of this folder (fuser "+held[0]+" tells who it is), or choose another one with --data")}
}

// isLocked reports whether another process holds the file's lock.
func isLocked(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false // gone again, or not ours to read
	}
	defer f.Close()
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

func sameFolder(a, b string) bool {
	first, errA := os.Stat(a)
	second, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(first, second)
}

// checkFiles compares the limit of open files with what the processes need.
func checkFiles(p *patient) []finding {
	const check = "open files"
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return []finding{warn(check, err.Error(), "")}
	}
	needed := uint64(max(filesOfNode, filesPerNode*p.settings.Amount))
	found := fmt.Sprintf("each process may open %d; %d will do for %s", limit.Max, needed, plural(p.settings.Amount, "node"))
	if limit.Max < needed { // the soft limit is raised to it by itself
		return []finding{warn(check, found, fmt.Sprintf("raise the hard limit: ulimit -Hn %d, as root", needed))}
	}
	return []finding{ok(check, "%s", found)}
}

// checkMemory compares the memory that is free with what the nodes need.
func checkMemory(p *patient) []finding {
	const check = "memory"
	free, err := freeMemory()
	if errors.Is(err, fs.ErrNotExist) {
		return nil // this system does not say
	}
	if err != nil {
		return []finding{warn(check, err.Error(), "")}
	}
	needed := uint64(p.settings.Amount) * memoryPerNode
	found := fmt.Sprintf("%s are free; %s will do for %s", size(free), size(needed), plural(p.settings.Amount, "node"))
	if free < needed && !p.running {
		return []finding{warn(check, found, "run fewer nodes with --amount")}
	}
	return []finding{ok(check, "%s", found)}
}

// freeMemory reads MemAvailable; see proc_meminfo(5).
func freeMemory() (uint64, error) {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var kibibytes uint64
		if n, _ := fmt.Sscanf(lines.Text(), "MemAvailable: %d kB", &kibibytes); n == 1 {
			return kibibytes << 10, nil
		}
	}
	return 0, errors.Join(lines.Err(), fmt.Errorf("/proc/meminfo: %w", errStat))
}

// checkClock looks for a clock that stands before what has happened already:
// the genesis block, and what was written last.
func checkClock(p *patient) []finding {
	const check, advice = "clock", "set the clock, best by NTP"
	now := time.Now()
	genesis, err := loadGenesis(p.settings.Genesis)
	if err != nil {
		return []finding{fail("genesis", err.Error(), "name another file with --genesis")}
	}
	if err := genesis.Params.CheckBegun(now); err != nil {
		return []finding{fail(check, err.Error(), advice)}
	}
	if written := lastWritten(p.settings); written.After(now.Add(maxClockBackstep)) {
		return []finding{warn(check, fmt.Sprintf("says %s, but a log was written at %s", atTime(now), atTime(written)), advice)}
	}
	return []finding{ok(check, "says %s", atTime(now))}
}

// lastWritten is when the latest log was.
func lastWritten(settings config.Manager) (last time.Time) {
	files, _ := filepath.Glob(filepath.Join(settings.Log.Folder, "*.log")) // the pattern is a good one
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}
