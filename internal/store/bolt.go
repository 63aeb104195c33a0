package store

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"networkmngr/internal/chain"
	"networkmngr/internal/disk"
)

const (
	fileName = "chain.db"
	// newName is the file until it is complete.
	newName = "chain.db.new"

	// lockTimeout is time for an earlier process to end.
	lockTimeout = 500 * time.Millisecond

	// pageSize is the file's on every machine, whatever the memory's is.
	pageSize = 4096

	// The file grows by the size in use, within these bounds in bytes, as hundreds
	// of nodes may share a machine.
	minGrowth, maxGrowth = 32 << 10, 16 << 20

	// maxMapped is how many pages of the file stay in the process's memory, and
	// readAround how many the kernel brings in for one.
	maxMapped, readAround = 64 << 20 / pageSize, 16

	formatVersion = 4
	// readableVersion has no backlog, and becomes this version with the first commit.
	readableVersion = 3
)

var (
	metaBucket         = []byte("meta")
	accountsBucket     = []byte("accounts")
	balancesBucket     = []byte("balances")
	transactionsBucket = []byte("transactions")

	// buckets are in the order of transaction's fields.
	buckets = [][]byte{
		metaBucket, []byte("blocks"), accountsBucket, balancesBucket, transactionsBucket, []byte("history"),
	}

	versionKey = []byte("version")
	tipKey     = []byte("tip")
	reorgKey   = []byte("reorg")
	commitKey  = []byte("commit")
	byHandKey  = []byte("invalidated")
	backlogKey = []byte("backlog")
)

var _ chain.Store = (*Bolt)(nil)

// Bolt is a chain in a file. All methods may be called from any goroutine; a
// transaction must not begin inside another.
type Bolt struct {
	path         string
	file         *os.File // closed by db
	db           *bolt.DB
	machine      machine
	settling     settling
	preallocated preallocation
	broken       atomic.Pointer[error] // why the store is disabled; see call and commit
	mapped       atomic.Int64          // pages that reading may have brought into memory

	recent  recentRows
	batches batches     // of rows of the indexes
	idle    *time.Timer // calls index

	warning string // see Warning
}

// Open opens the file in folder, which must exist, or makes one. It reads the
// whole file and checks every value and every page that leads to it, some
// hundreds of megabytes a second: all damage since the file was written is found
// now. Errors name the file; see [ErrLocked], [ErrDamaged] and [ErrVersion].
func Open(folder string) (*Bolt, error) { return openOn(thisMachine(), folder) }

func openOn(m machine, folder string) (*Bolt, error) {
	path := filepath.Join(folder, fileName)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		info, err = nil, create(m, folder)
	}
	if err != nil {
		return nil, fmt.Errorf("open chain: %w", err)
	}
	if info != nil && info.Size() < 2*pageSize { // the library would make an empty file a new database
		return nil, damaged(path, fmt.Sprintf("cut short to %d bytes", info.Size()))
	}
	warning, err := verifyFile(path, m.boot)
	if err != nil {
		return nil, err
	}
	db, file, err := openBolt(path, false)
	if err != nil {
		return nil, err
	}
	s := newBolt(m, path, db, file)
	s.warning = warning
	s.mapped.Store(maxMapped) // opening has read all of it
	if err := s.settleFirst(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func newBolt(m machine, path string, db *bolt.DB, file *os.File) *Bolt {
	s := &Bolt{
		path: path, file: file, db: db, machine: m, preallocated: preallocation{file: file}, batches: defaultBatches,
	}
	s.idle = time.AfterFunc(math.MaxInt64, s.index)
	return s
}

// Warning describes damage in spite of which Open succeeded, or is empty: the last
// commit may be lost, which peers still have.
func (s *Bolt) Warning() string { return s.warning }

// Close waits for what reads, has the last commit settle, and releases the file: what
// would commit later fails. The error is that of the disk, or the library's. If the file
// was found damaged while it was open, the library may hold its locks: then the file is
// released when the process ends.
func (s *Bolt) Close() error {
	s.settling.mutex.Lock()
	err := s.settleLocked()
	_ = s.disable(fmt.Errorf("%s: %w", s.path, bolterrors.ErrDatabaseNotOpen))
	s.settling.mutex.Unlock()
	if errors.Is(s.failed(), ErrDamaged) {
		return nil
	}
	s.idle.Stop()
	return errors.Join(err, s.db.Close())
}

// options leaves the list of free pages out of the file: no checksum would protect
// the list, and a write destroys a page that is listed as free by mistake. Opening
// rebuilds the list, as it reads all pages anyway.
func options(readOnly bool, mapped int) *bolt.Options {
	return &bolt.Options{
		Timeout: lockTimeout, ReadOnly: readOnly, PageSize: pageSize,
		NoFreelistSync: true, FreelistType: bolt.FreelistMapType, NoStatistics: true,
		InitialMmapSize: mapped,
	}
}

// openBolt opens the database at path and returns its file too. Where the process
// has little address space (ulimit -v), the map grows with the file.
func openBolt(path string, readOnly bool) (*bolt.DB, *os.File, error) {
	db, file, err := openMapped(path, options(readOnly, mapSize))
	if errors.Is(err, syscall.ENOMEM) {
		db, file, err = openMapped(path, options(readOnly, 0))
	}
	return db, file, openError(path, err)
}

func openMapped(path string, chosen *bolt.Options) (db *bolt.DB, file *os.File, err error) {
	chosen.OpenFile = func(path string, flag int, mode os.FileMode) (*os.File, error) {
		file, err = os.OpenFile(path, flag, mode)
		return file, err
	}
	err = guard(path, func() error {
		if db, err = bolt.Open(path, 0o600, chosen); err == nil {
			db.AllocSize = minGrowth
			db.NoSync = true // see settle
		}
		return err
	})
	return db, file, err
}

func openError(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return fmt.Errorf("%s: %w", path, ErrLocked)
	case errors.Is(err, bolterrors.ErrInvalid),
		errors.Is(err, bolterrors.ErrChecksum),
		errors.Is(err, bolterrors.ErrVersionMismatch):
		return damaged(path, err)
	case errors.As(err, new(*os.PathError)):
		return err // names the file
	default:
		return fmt.Errorf("open %s: %w", path, err)
	}
}

// create makes an empty store, complete or not at all.
func create(m machine, folder string) error {
	path := filepath.Join(folder, newName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // what an earlier attempt left
	}
	db, file, err := openBolt(path, false)
	if err != nil {
		return err
	}
	// Until the file has its name, one sync is enough.
	if err := errors.Join(db.Update(format), writeMark(file, m.boot), m.sync(db), db.Close()); err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}
	if err := os.Rename(path, filepath.Join(folder, fileName)); err != nil {
		return err
	}
	return disk.SyncFolder(folder)
}

// format writes the buckets and the version.
func format(tx *bolt.Tx) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return putVersion(tx.Bucket(metaBucket))
}

func putVersion(meta *bolt.Bucket) error {
	return meta.Put(versionKey, appendChecksum(versionKey, []byte{0, 0, 0, formatVersion}))
}

// verifyFile checks the file before the library uses its pages, partly on
// goroutines of its own, where a panic cannot be caught. It holds the lock,
// shared, meanwhile. warning is as Bolt.Warning returns it.
func verifyFile(path string, boot bootID) (warning string, err error) {
	db, _, err := openBolt(path, true)
	if err != nil {
		return "", err
	}
	defer db.Close() // it was only read
	gone, err := goBack(path, boot)
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	version, err := verify(file)
	switch {
	case errors.Is(err, errPage):
		return "", damaged(path, err)
	case err != nil:
		return "", fmt.Errorf("read %s: %w", path, err)
	case !readable(version):
		return "", otherVersion(path, version)
	}
	if warning, err = lostCommits(file, gone); warning != "" {
		warning = path + ": " + warning
	}
	return warning, err
}

func readable(version uint32) bool { return version == formatVersion || version == readableVersion }

func otherVersion(path string, version uint32) error {
	return fmt.Errorf("%s: %w: version %d, this program's is %d, with other rules",
		path, ErrVersion, version, formatVersion)
}

func damaged(path string, why any) error {
	if err, ok := why.(error); ok {
		return fmt.Errorf("%s: %w: %w", path, ErrDamaged, err)
	}
	return fmt.Errorf("%s: %w: %v", path, ErrDamaged, why)
}

// guard runs fn, which calls only the library. The library panics over pages that
// are not valid; and as it maps the file into memory, a file that was cut short or
// a disk that cannot be read is a fault at some address, which kills the process
// unless SetPanicOnFault makes it a panic. Either panic becomes ErrDamaged.
func guard(path string, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, p)
		}
	}()
	return fn()
}

// call is guard for an open store, which a panic disables.
func (s *Bolt) call(fn func() error) error {
	finished := false
	err := guard(s.path, func() error {
		err := fn()
		finished = true
		return err
	})
	if !finished {
		s.broken.CompareAndSwap(nil, &err)
	}
	return err
}

// touched counts pages that a transaction has read, and releases the memory from
// time to time.
func (s *Bolt) touched(tx *bolt.Tx, pages int) {
	if s.mapped.Add(int64(pages)) >= maxMapped {
		s.mapped.Store(0)
		release(tx)
	}
}

// Size is that of the file in bytes, with what was reserved for it; 0 once it is closed.
func (s *Bolt) Size() int64 {
	info, err := s.file.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// View implements chain.Store. The error is fn's, ErrDamaged, ErrRemoved, or that
// of the file.
func (s *Bolt) View(fn func(chain.Reader) error) error {
	t, err := s.begin(false)
	if err != nil {
		return err
	}
	defer t.rollback()
	return fn(t)
}

// Update implements chain.Store. The error is as that of View, or
// that of the disk; a restart finds all of the transaction or nothing. After Update has
// returned it finds all of it, unless the machine goes down within the next
// milliseconds: see settle.
func (s *Bolt) Update(fn func(chain.Writer) error) error { return s.update(2, fn) }

// update also writes the backlog, if it holds so many batches.
func (s *Bolt) update(batches uint64, fn func(chain.Writer) error) error {
	t, err := s.begin(true)
	if err != nil {
		return err
	}
	defer t.rollback()
	s.preallocated.extend(t.tx.Size())
	if _, err := t.behind(); err != nil { // before the tip moves
		return err
	}
	if err := fn(t); err != nil {
		return err
	}
	if err := errors.Join(t.keepUp(batches), t.sign()); err != nil {
		return err
	}
	if err := s.commit(t); err != nil {
		return err
	}
	s.indexLater(*t.backlog)
	return nil
}

func (s *Bolt) begin(writable bool) (*transaction, error) {
	if err := s.failed(); err != nil {
		return nil, err
	}
	t := &transaction{store: s}
	err := s.call(func() (err error) {
		if t.tx, err = s.db.Begin(writable); err != nil {
			return fmt.Errorf("%s: %w", s.path, err)
		}
		if writable {
			s.db.AllocSize = int(min(max(t.tx.Size(), minGrowth), maxGrowth))
		}
		return t.openBuckets()
	})
	if err != nil {
		t.rollback()
		return nil, err
	}
	return t, nil
}

// commit has t outlive the process, and begins to settle it. A full disk fails before
// the meta page is written: the old state stays, and the store goes on. If writing the
// meta page failed, or the file has lost its name, what a restart would find is
// unknown: then the store is disabled until it is opened again.
func (s *Bolt) commit(t *transaction) error {
	s.settling.mutex.Lock()
	defer s.settling.mutex.Unlock()
	_ = s.settleLocked()
	if err := s.failed(); err != nil {
		return err
	}
	id := t.tx.ID()
	err := s.call(t.tx.Commit)
	if errors.Is(err, ErrDamaged) {
		return err
	}
	if err == nil {
		s.settleLater()
		_ = s.disable(s.checkName())
		return s.failed()
	}
	err = fmt.Errorf("write %s: %w", s.path, err)
	if last, readErr := s.lastCommit(); readErr != nil || last >= id {
		return s.disable(err)
	}
	return err
}

func (s *Bolt) checkName() error { return CheckName(s.path, s.file) }

// CheckName checks that the open file is still the one that a restart would open
// at path, in some microseconds. The error wraps ErrRemoved, or is that of the
// file system.
func CheckName(path string, file *os.File) error {
	named, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: %w", path, ErrRemoved)
	}
	open, openErr := file.Stat()
	switch err := errors.Join(err, openErr); {
	case err != nil:
		return fmt.Errorf("write %s: %w", path, err)
	case !os.SameFile(named, open):
		return fmt.Errorf("%s: %w: another file has its name", path, ErrRemoved)
	}
	return nil
}

// failed is why the store is disabled, or nil.
func (s *Bolt) failed() error {
	if err := s.broken.Load(); err != nil {
		return *err
	}
	return nil
}

// disable makes every later call fail with err, if it is not nil, and returns err.
func (s *Bolt) disable(err error) error {
	if err != nil {
		s.broken.CompareAndSwap(nil, &err)
	}
	return err
}

// lastCommit is the number of the commit that a reader sees.
func (s *Bolt) lastCommit() (id int, err error) {
	err = s.call(func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			id = tx.ID()
			return nil
		})
	})
	return id, err
}
