package manager

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/node"
)

// lockFile is in every data folder that a manager uses.
const lockFile = "manager.lock"

// errFolderInUse means that another manager's network lives in the folder.
var errFolderInUse = errors.New("in use by another manager")

// folder is the data folder of a network. As long as it is open, no other
// manager can open it; the lock goes with the process.
type folder struct {
	path      string
	temporary bool
	lock      *flock.Flock
	kept      []int              // ports of the nodes that it held when it was opened
	fresh     bool               // it did not say which network it is of
	genesis   *consensus.Genesis // block of its one network; of whoever changes members
}

// network is the folder with the nodes that have data in it now.
func (f *folder) network() (node.DataFolder, error) {
	ports, err := keptIn(f.path)
	data := node.DataFolder{Path: f.path, Nodes: make([]string, len(ports))}
	for i, port := range ports {
		data.Nodes[i] = config.NodeFolder(f.path, port)
	}
	return data, err
}

// settle finds out which network the folder is of: wanted, unless it is nil. It
// changes nothing.
func (f *folder) settle(wanted *consensus.Genesis) error {
	data, err := f.network()
	if err != nil {
		return err
	}
	_, err = os.Stat(f.genesisFile())
	f.fresh = errors.Is(err, fs.ErrNotExist)
	f.genesis, err = data.Settle(wanted, consensus.Dev())
	return err
}

// keep writes down which network the folder is of, for nodes and later starts.
// It reports whether a change of the network had been cut short.
func (f *folder) keep() (undone bool, err error) {
	return node.DataFolder{Path: f.path}.Keep(f.genesis)
}

// begin begins to make the folder one of another network; see [node.Change].
func (f *folder) begin(genesis *consensus.Genesis) (node.Change, error) {
	data, err := f.network()
	if err != nil {
		return node.Change{}, err
	}
	return data.Begin(genesis)
}

// forget takes back what a start has made after which no network stood.
func (f *folder) forget() error {
	ports, err := keptIn(f.path)
	for _, port := range without(ports, f.kept) {
		err = errors.Join(err, f.discard(port))
	}
	if err != nil || !f.fresh {
		return err
	}
	data, err := f.network()
	if err != nil {
		return err
	}
	return data.Forget()
}

// holds reports whether there are data of a node.
func (f *folder) holds(port int) bool {
	_, err := os.Stat(config.NodeFolder(f.path, port))
	return err == nil
}

// discard removes what a node has left that did not start; see [node.Discard].
func (f *folder) discard(port int) error {
	return node.Discard(config.NodeFolder(f.path, port))
}

// genesisFile says which network the folder is of.
func (f *folder) genesisFile() string { return filepath.Join(f.path, node.GenesisFile) }

// openFolder makes the folder if need be.
func openFolder(path string) (*folder, error) {
	// Nodes get the path as a setting, and must not depend on where they run.
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := writable(path); err != nil {
		return nil, err
	}
	kept, err := keptIn(path)
	if err != nil {
		return nil, err
	}
	lock, err := lockIn(path)
	if err != nil {
		return nil, err
	}
	return &folder{path: path, lock: lock, kept: kept}, nil
}

func openTemporary() (*folder, error) {
	path, err := os.MkdirTemp("", "networkmngr-*")
	if err != nil {
		return nil, err
	}
	lock, err := lockIn(path)
	if err != nil {
		return nil, err
	}
	return &folder{path: path, temporary: true, lock: lock}, nil
}

// lockIn returns errFolderInUse if another process has the lock.
func lockIn(path string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(path, lockFile), flock.SetPermissions(0o644))
	free, err := lock.TryLock()
	if err == nil && !free {
		err = errFolderInUse
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// remove is for a temporary folder that nobody needs any more.
func (f *folder) remove() error {
	if err := os.RemoveAll(f.path); err != nil {
		return fmt.Errorf("remove temporary data folder: %w", err)
	}
	return nil
}

func (f *folder) close() error { return f.lock.Close() }
