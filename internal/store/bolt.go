package store

import (
	"errors"
	"fmt"
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
	// newName is the file while it is made, so that one with its proper name
	// has always been whole.
	newName = "chain.db.new"

	// lockTimeout covers a predecessor that is still ending.
	lockTimeout = 500 * time.Millisecond

	// pageSize is that of the file on every machine, whatever the memory's is.
	pageSize = 4096

	// The file grows by as much as is in use, within these bounds in bytes, as
	// hundreds of nodes may share a machine.
	leastGrowth, mostGrowth = 32 << 10, 16 << 20

	// mostMapped is how many pages of the file stay in the process's memory, and
	// readAround how many the kernel brings in for one.
	mostMapped, readAround = 64 << 20 / pageSize, 16

	formatVersion = 3
)

var (
	metaBucket         = []byte("meta")
	accountsBucket     = []byte("accounts")
	balancesBucket     = []byte("balances")
	transactionsBucket = []byte("transactions")

	// buckets are all, in the order of transaction's fields.
	buckets = [][]byte{
		metaBucket, []byte("blocks"), accountsBucket, balancesBucket, transactionsBucket, []byte("history"),
	}

	versionKey = []byte("version")
	tipKey     = []byte("tip")
	reorgKey   = []byte("reorg")
	commitKey  = []byte("commit")
)

var _ chain.Store = (*Bolt)(nil)

// Bolt keeps a chain in a file. All methods may be called from any goroutine;
// nobody may begin a transaction inside another.
type Bolt struct {
	path   string
	file   *os.File // the database's, which closes it
	db     *bolt.DB
	ahead  reserve
	broken atomic.Pointer[error] // why nothing more can be done; see call and commit
	mapped atomic.Int64          // pages that reading may have brought into memory

	warning string // see Warning
}

// Open opens the file in folder, which must exist, or makes one. It reads the
// whole file and checks every value and every page that leads to it, some
// hundreds of megabytes a second: whatever the disk has done to the file since
// it was written is found now. Errors name the file; see [ErrLocked],
// [ErrDamaged] and [ErrVersion].
func Open(folder string) (*Bolt, error) {
	path := filepath.Join(folder, fileName)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		info, err = nil, create(folder)
	}
	if err != nil {
		return nil, fmt.Errorf("open chain: %w", err)
	}
	if info != nil && info.Size() < 2*pageSize { // the library would begin an empty one anew
		return nil, damaged(path, fmt.Sprintf("cut short to %d bytes", info.Size()))
	}
	warning, err := inspect(path)
	if err != nil {
		return nil, err
	}
	db, file, err := openBolt(path, false)
	if err != nil {
		return nil, err
	}
	s := &Bolt{path: path, file: file, db: db, ahead: reserve{file: file}, warning: warning}
	s.mapped.Store(mostMapped) // opening has read all of it
	return s, nil
}

// Warning tells of damage that opening has passed over, or is empty: the last
// commit may be lost, which peers still have.
func (s *Bolt) Warning() string { return s.warning }

// Close waits for open transactions. The file is free when it returns, unless
// it was found damaged while it was open: then the library may have been left
// with its locks held, and the file is free when the process ends.
func (s *Bolt) Close() error {
	if err := s.broken.Load(); err != nil && errors.Is(*err, ErrDamaged) {
		return nil
	}
	return s.db.Close()
}

// options leaves the list of free pages out of the file: nothing would protect
// it, and a free page that is none is how a write destroys what it should not.
// It is found again when the file is opened, which reads all pages anyway.
func options(readOnly bool, mapped int) *bolt.Options {
	return &bolt.Options{
		Timeout: lockTimeout, ReadOnly: readOnly, PageSize: pageSize,
		NoFreelistSync: true, FreelistType: bolt.FreelistMapType, NoStatistics: true,
		InitialMmapSize: mapped,
	}
}

// openBolt opens the database at path. The file is the database's own. Where
// the process may use few addresses (ulimit -v), its map grows with it.
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
			db.AllocSize = leastGrowth
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

// create makes an empty store, whole or not at all.
func create(folder string) error {
	path := filepath.Join(folder, newName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // what an earlier attempt left
	}
	db, _, err := openBolt(path, false)
	if err != nil {
		return err
	}
	db.NoSync = true           // nobody sees the file before it is renamed; one sync will do
	db.AllocSize = leastGrowth // the first growth is no larger than the others
	if err := errors.Join(db.Update(format), db.Sync(), db.Close()); err != nil {
		return fmt.Errorf("make %s: %w", path, err)
	}
	if err := os.Rename(path, filepath.Join(folder, fileName)); err != nil {
		return err
	}
	return disk.SyncFolder(folder)
}

// format writes what every store has.
func format(tx *bolt.Tx) error {
	for _, name := range buckets {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	return tx.Bucket(metaBucket).Put(versionKey, seal(versionKey, []byte{0, 0, 0, formatVersion}))
}

// inspect checks the file before its pages are trusted: the library follows
// whatever they say, partly on goroutines of its own where a panic cannot be
// caught. It holds the lock, shared, meanwhile. See Bolt.Warning.
func inspect(path string) (warning string, err error) {
	db, _, err := openBolt(path, true)
	if err != nil {
		return "", err
	}
	defer db.Close() // it was only read
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
	case version != formatVersion:
		return "", otherVersion(path, version)
	}
	if warning, err = lost(file); warning != "" {
		warning = path + ": " + warning
	}
	return warning, err
}

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

// guard runs fn, which calls the library and nobody else. The library panics
// over pages that make no sense; and as it maps the file into memory, a file
// that was cut short or a disk that cannot be read is a fault at some address,
// which kills the process unless SetPanicOnFault makes it a panic. Either
// panic is ErrDamaged.
func guard(path string, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, p)
		}
	}()
	return fn()
}

// call is guard for an open store. After a panic nothing more is tried.
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

// touched counts pages that a transaction has read, and gives the memory back
// from time to time.
func (s *Bolt) touched(tx *bolt.Tx, pages int) {
	if s.mapped.Add(int64(pages)) >= mostMapped {
		s.mapped.Store(0)
		release(tx)
	}
}

// View implements chain.Store.
func (s *Bolt) View(fn func(chain.Reader) error) error {
	t, err := s.begin(false)
	if err != nil {
		return err
	}
	defer t.rollback()
	return fn(t)
}

// Update implements chain.Store.
func (s *Bolt) Update(fn func(chain.Writer) error) error {
	t, err := s.begin(true)
	if err != nil {
		return err
	}
	defer t.rollback()
	s.ahead.extend(t.tx.Size())
	if err := fn(t); err != nil {
		return err
	}
	if err := errors.Join(t.flush(), t.number()); err != nil {
		return err
	}
	return s.commit(t)
}

func (s *Bolt) begin(writable bool) (*transaction, error) {
	if err := s.broken.Load(); err != nil {
		return nil, *err
	}
	t := &transaction{store: s}
	err := s.call(func() (err error) {
		if t.tx, err = s.db.Begin(writable); err != nil {
			return fmt.Errorf("%s: %w", s.path, err)
		}
		if writable {
			s.db.AllocSize = int(min(max(t.tx.Size(), leastGrowth), mostGrowth))
		}
		return t.openBuckets()
	})
	if err != nil {
		t.rollback()
		return nil, err
	}
	return t, nil
}

// commit makes t durable. A disk that is full fails before the meta page is
// written: the old state stays, and work may go on. If the meta page was
// written but the disk would not say that it is safe, or the file has lost its
// name, nobody knows what a restart would find: then nothing is read or written
// any more until the file is opened again.
func (s *Bolt) commit(t *transaction) error {
	id := t.tx.ID()
	err := s.call(t.tx.Commit)
	if errors.Is(err, ErrDamaged) {
		return err
	}
	if err == nil {
		return s.stop(s.checkName())
	}
	err = fmt.Errorf("write %s: %w", s.path, err)
	if last, readErr := s.lastCommit(); readErr != nil || last >= id {
		return s.stop(err)
	}
	return err
}

func (s *Bolt) checkName() error { return CheckName(s.path, s.file) }

// CheckName looks whether the file that is open is still the one that a restart
// would open at path, or ErrRemoved. It costs some microseconds.
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

// stop has every later call fail with err, which it gives back, if there is one.
func (s *Bolt) stop(err error) error {
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
