package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A commit is in the system's cache when Update returns: it outlives the process, but not
// the machine. A little later it settles: it is synced, marked as settled in its own meta
// page, and synced once more. The next commit does not write a page before that, so one
// commit at most is not settled, and all pages of the one before it are still there. A start
// after the machine went down goes back to that one: which pages of the other are on the disk,
// nobody knows, and a page that is not there may have an older one in its place, which no
// checksum gives away.

// settleAfter is how long a commit rests first: so long the node passes the block on, for
// which it needs the processor, as its peers do.
const settleAfter = 10 * time.Millisecond

// machine is what a store needs of the machine that it is on.
type machine struct {
	boot bootID // unknown: commits settle before Update returns
	sync func(*bolt.DB) error
}

func thisMachine() machine { return machine{boot: currentBoot(), sync: (*bolt.DB).Sync} }

// A mark stands in the unused half of a meta page, which the library clears when it
// writes the page. It says that the commit has settled, as long as it has the page's
// checksum, and under which boot.
const (
	markAt   = pageSize / 2
	markSize = 8 + len(bootID{}) + sumSize
)

var markKey = []byte("settled")

func appendMark(meta boltMeta, boot bootID) []byte {
	value := binary.BigEndian.AppendUint64(make([]byte, 0, markSize), meta.sum)
	return appendChecksum(markKey, append(value, boot[:]...))
}

// readMark returns under which boot meta's commit was marked, if it was.
func readMark(file io.ReaderAt, meta boltMeta) (boot bootID, marked bool, err error) {
	raw := make([]byte, markSize)
	if _, err := file.ReadAt(raw, int64(meta.page)*pageSize+markAt); err != nil {
		return boot, false, readError(meta.page, err)
	}
	value, err := verifyChecksum(markKey, raw)
	if err != nil || binary.BigEndian.Uint64(value) != meta.sum {
		return boot, false, nil
	}
	return bootID(value[8:]), true, nil
}

// settling is where the last commit is on its way to the disk.
type settling struct {
	mutex sync.Mutex  // held by whoever commits or settles
	due   bool        // guarded by mutex
	timer *time.Timer // guarded by mutex
}

// settleLater has the last commit settle; mutex is held. Where boots are not told apart,
// it settles now.
func (s *Bolt) settleLater() {
	s.settling.due = true
	s.settling.timer = time.AfterFunc(settleAfter, s.settle)
	if s.machine.boot == (bootID{}) {
		_ = s.settleLocked()
	}
}

// settle returns when the last commit has settled.
func (s *Bolt) settle() {
	s.settling.mutex.Lock()
	defer s.settling.mutex.Unlock()
	_ = s.settleLocked()
}

// settleLocked is settle, with mutex held. If it fails, the store is disabled: what a
// restart would find is unknown.
func (s *Bolt) settleLocked() error {
	if !s.settling.due {
		return nil
	}
	s.settling.due = false
	s.settling.timer.Stop()
	return s.disable(s.syncAndMark())
}

func (s *Bolt) syncAndMark() error {
	err := s.machine.sync(s.db)
	if err == nil {
		err = writeMark(s.file, s.machine.boot)
	}
	if err == nil {
		err = s.machine.sync(s.db)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", s.path, err)
	}
	return nil
}

// settleFirst settles what an earlier process has left, unless it is marked under this
// boot.
func (s *Bolt) settleFirst() error {
	last, _, err := lastMeta(s.file)
	if err != nil {
		return damaged(s.path, err)
	}
	if last.page != last.home() { // in what Copy has written: the next commit would write over it
		if err := copyMeta(s.file, last.home(), last.page); err != nil {
			return err
		}
	}
	boot, marked, err := readMark(s.file, last)
	if err != nil || marked && boot == s.machine.boot {
		return err
	}
	return s.syncAndMark()
}

// writeMark marks the last commit, which must be on the disk.
func writeMark(file *os.File, boot bootID) error {
	last, _, err := lastMeta(file)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(appendMark(last, boot), int64(last.page)*pageSize+markAt)
	return err
}

// copyMeta copies one meta page, with its mark, over the other.
func copyMeta(file *os.File, to, from uint64) error {
	raw := make([]byte, pageSize)
	if _, err := file.ReadAt(raw, int64(from)*pageSize); err != nil {
		return err
	}
	binary.NativeEndian.PutUint64(raw, to)
	_, err := file.WriteAt(raw, int64(to)*pageSize)
	return err
}

// goBack takes back the last commit of a file if it had not settled when the machine
// went down, and reports whether it did. Somebody has the file locked, shared perhaps:
// all who do so find the same.
func goBack(path string, now bootID) (gone bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	last, before, err := lastMeta(file)
	if err != nil || before == nil {
		return false, nil // there is no choice
	}
	if gone, err = wentDown(file, last, *before, now); err != nil || !gone {
		return false, err
	}
	writable, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	return true, errors.Join(copyMeta(writable, last.page, before.page), writable.Sync(), writable.Close())
}

// wentDown reports whether the machine went down before the last commit had settled. One
// without a mark that comes after one without was synced by the library.
func wentDown(file io.ReaderAt, last, before boltMeta, now bootID) (bool, error) {
	_, settled, err := readMark(file, last)
	if err != nil || settled {
		return false, err
	}
	boot, marked, err := readMark(file, before)
	return marked && (boot != now || now == bootID{}), err
}
