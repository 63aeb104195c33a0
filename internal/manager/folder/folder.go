// Package folder is the data folder of a network, as its manager has it: who has it, of which
// network and lab it is, which nodes it holds, and what it was like before a start that fails.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/disk"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/kept"
	"networkmngr/internal/manager/linkfaults"
)

// Temporary is the pattern of the names of data folders that nobody has named.
const Temporary = "networkmngr-*"

// ErrInUse means that another manager's network lives in the folder.
var ErrInUse = errors.New("in use by another manager")

// Folder is the data folder of a network. As long as it is open, no other
// manager can open it; the lock goes with the process.
type Folder struct {
	Path      string           // absolute
	Temporary bool             // it is removed after a clean end
	Starting  []int            // ports of the nodes that the network begins with
	Kept      []int            // ports of the nodes that it held when it was opened
	Removed   []int            // ports of those that were removed by then
	Faults    linkfaults.Asked // of the links between them, by then
	Stood     bool             // a network has stood in it, and it is not to be as before

	lock      io.Closer
	before    before                            // what else there was of it when it was opened
	following *consensus.Genesis                // network that it is to be of, as a first manager says, once this one starts; or nil
	genesis   atomic.Pointer[consensus.Genesis] // block of its one network
	data      launch.Data                       // what the nodes leave in it
}

// Holds reports whether there are data of a node.
func (f *Folder) Holds(port int) bool {
	_, err := os.Stat(config.NodeFolder(f.Path, port))
	return err == nil
}

// Discard removes what nodes have left that did not start; see [launch.Data], whose error it is.
func (f *Folder) Discard(ctx context.Context, ports ...int) error {
	if len(ports) == 0 {
		return nil
	}
	places := make([]string, len(ports))
	for i, port := range ports {
		places[i] = config.NodeFolder(f.Path, port)
	}
	return f.data.Discard(ctx, places)
}

// Open takes a folder, which it makes if need be, and looks what is in it. The error is an
// ErrInUse, or that of what is kept there.
func Open(path string, data launch.Data) (*Folder, error) {
	// Nodes get the path as a setting, and must not depend on where they run.
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f := &Folder{Path: path, before: lookBefore(path), data: data}
	if err := f.open(); err != nil {
		f.before.removeFolders()
		return nil, err
	}
	return f, nil
}

// open takes the folder, and looks what is in it.
func (f *Folder) open() (err error) {
	if err := disk.CheckWritable(f.Path); err != nil {
		return err
	}
	if f.lock, err = Lock(f.Path); err != nil {
		return err
	}
	if f.Kept, err = Nodes(f.Path); err == nil {
		f.Removed, err = Removed(f.Path)
	}
	if err == nil {
		_, _, err = kept.In[clock.Lab](f.Path, ClockFile).Read()
	}
	if err == nil {
		f.Faults, err = linkfaults.Read(f.Path)
	}
	if err == nil {
		err = f.before.read(f.Path)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	return nil
}

// OpenTemporary makes a folder that nobody has named. The error is that of the file system.
func OpenTemporary(data launch.Data) (*Folder, error) {
	path, err := os.MkdirTemp("", Temporary)
	if err != nil {
		return nil, err
	}
	lock, err := Lock(path)
	if err != nil {
		return nil, err
	}
	return &Folder{Path: path, Temporary: true, lock: lock, data: data}, nil
}

// Lock takes a folder, until the lock is closed. The error is an ErrInUse, or that of the file
// system.
func Lock(path string) (io.Closer, error) {
	lock, err := disk.Lock(filepath.Join(path, lockFile))
	if errors.Is(err, disk.ErrLocked) {
		err = ErrInUse
	}
	return lock, err
}

// Remove is for a temporary folder that nobody needs any more. The error is that of the file system.
func (f *Folder) Remove() error {
	if err := os.RemoveAll(f.Path); err != nil {
		return fmt.Errorf("remove temporary data folder: %w", err)
	}
	return nil
}

// Close lets go of the folder. If no network has stood in it, what was made to take it
// is removed. The error is that of the file system.
func (f *Folder) Close() error {
	if f.Stood || f.Temporary || f.before.locked {
		return f.lock.Close()
	}
	err := unlock(f.Path, f.lock)
	f.before.removeFolders()
	return err
}

// unlock lets go of a folder that was taken by Lock, and leaves no trace of that.
func unlock(path string, lock io.Closer) error {
	return disk.RemoveLock(lock, filepath.Join(path, lockFile))
}
