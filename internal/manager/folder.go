package manager

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/disk"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/kept"
	"networkmngr/internal/manager/linkfaults"
)

// What is in every data folder that a manager uses, besides which network it is of.
const (
	lockFile = "manager.lock"
	labFile  = "lab"
	// restartFile has the restart policy of the last run, if one was ever set.
	restartFile = "restart"
)

// temporaryFolder is the pattern of the names of data folders that nobody has named.
const temporaryFolder = "networkmngr-*"

// errFolderInUse means that another manager's network lives in the folder.
var errFolderInUse = errors.New("in use by another manager")

// folder is the data folder of a network. As long as it is open, no other
// manager can open it; the lock goes with the process.
type folder struct {
	path      string
	temporary bool
	lock      io.Closer
	starting  []int                             // ports of the nodes that the network begins with
	kept      []int                             // ports of the nodes that it held when it was opened
	removed   []int                             // ports of those that were removed by then
	faults    linkfaults.Asked                  // of the links between them, by then
	before    before                            // what else there was of it
	following *consensus.Genesis                // network that it is to be of, as a first manager says, once this one starts; or nil
	genesis   atomic.Pointer[consensus.Genesis] // block of its one network; whoever changes members stores it
	data      launch.Data                       // what the nodes leave in it
	stood     bool                              // a network has stood in it, and it is not to be as before
}

// network is the folder with the nodes that have data in it now.
func (f *folder) network() (datafolder.Folder, error) {
	ports, err := keptIn(f.path)
	data := datafolder.Folder{Path: f.path, Nodes: make([]string, len(ports)), Data: f.data}
	for i, port := range ports {
		data.Nodes[i] = config.NodeFolder(f.path, port)
	}
	return data, err
}

// resting is network, but for the nodes on some ports, which run.
func (f *folder) resting(running []int) (datafolder.Folder, error) {
	data, err := f.network()
	data.Nodes = slices.DeleteFunc(data.Nodes, func(place string) bool {
		return slices.ContainsFunc(running, func(port int) bool { return place == config.NodeFolder(f.path, port) })
	})
	return data, err
}

// settle finds out which network the folder is of: wanted, unless it is nil. It
// changes nothing.
func (f *folder) settle(ctx context.Context, wanted *consensus.Genesis) error {
	data, err := f.network()
	if err != nil {
		return err
	}
	is, err := data.Network(ctx, wanted, genesis.Dev)
	if err == nil {
		f.genesis.Store(is)
	}
	return err
}

// settleToFollow is settle for a folder that may be of another network than the one that
// its manager joins, as that was changed meanwhile: it follows, unless a chain in it has begun.
func (f *folder) settleToFollow(ctx context.Context, joined *consensus.Genesis) error {
	if err := f.settle(ctx, nil); err != nil {
		return err
	}
	data, err := f.network()
	if err != nil || f.genesis.Load().Params.GenesisID == joined.Params.GenesisID {
		return err
	}
	f.following = joined
	return data.CheckUnbegun(ctx)
}

// keep writes down which network the folder is of, for nodes and later starts, and has it
// be the one that it follows. It reports whether a change of the network had been cut short.
func (f *folder) keep(ctx context.Context) (undone bool, err error) {
	undone, err = datafolder.Folder{Path: f.path}.WriteNetwork(f.genesis.Load())
	if err != nil || f.following == nil {
		return undone, err
	}
	change, err := f.begin(f.following)
	if err == nil {
		err = change.Commit(ctx)
	}
	if err == nil {
		f.genesis.Store(f.following)
	}
	return undone, err
}

// lab is the one whose network lives in the folder: wanted or, if that is empty, the
// one of last time, or else a new one. It is written down for later starts.
func (f *folder) lab(wanted string) (string, error) {
	path := filepath.Join(f.path, labFile)
	kept, err := disk.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	lab := cmp.Or(wanted, strings.TrimSpace(string(kept)), newLab())
	if err := config.CheckLab(lab); err != nil {
		return "", config.Misuse(fmt.Errorf("%s: %w", path, err))
	}
	return lab, disk.WriteFile(path, []byte(lab+"\n"), 0o644)
}

// restart is the network's restart policy: wanted or, if that is empty, the one of last
// time, or else none. It is written down for later starts.
func (f *folder) restart(wanted string) (string, error) {
	path := filepath.Join(f.path, restartFile)
	kept, err := disk.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	policy := cmp.Or(wanted, strings.TrimSpace(string(kept)), config.Never)
	if err := config.CheckRestart(policy); err != nil {
		return "", config.Misuse(fmt.Errorf("%s: %w", path, err))
	}
	if policy == strings.TrimSpace(string(kept)) || policy == config.Never && len(kept) == 0 {
		return policy, nil
	}
	return policy, disk.WriteFile(path, []byte(policy+"\n"), 0o644)
}

// newLab is a random id.
func newLab() string {
	var id [4]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// begin begins to make the folder one of another network; see [datafolder.Change].
func (f *folder) begin(genesis *consensus.Genesis) (datafolder.Change, error) {
	data, err := f.network()
	if err != nil {
		return datafolder.Change{}, err
	}
	return data.Begin(genesis)
}

// holds reports whether there are data of a node.
func (f *folder) holds(port int) bool {
	_, err := os.Stat(config.NodeFolder(f.path, port))
	return err == nil
}

// discard removes what nodes have left that did not start; see [launch.Data].
func (f *folder) discard(ctx context.Context, ports ...int) error {
	if len(ports) == 0 {
		return nil
	}
	places := make([]string, len(ports))
	for i, port := range ports {
		places[i] = config.NodeFolder(f.path, port)
	}
	return f.data.Discard(ctx, places)
}

// openFolder makes the folder if need be.
func openFolder(path string, data launch.Data) (*folder, error) {
	// Nodes get the path as a setting, and must not depend on where they run.
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, before: lookBefore(path), data: data}
	if err := f.open(); err != nil {
		f.before.removeFolders()
		return nil, err
	}
	return f, nil
}

// open takes the folder, and looks what is in it.
func (f *folder) open() (err error) {
	if err := writable(f.path); err != nil {
		return err
	}
	if f.lock, err = lockIn(f.path); err != nil {
		return err
	}
	if f.kept, err = keptIn(f.path); err == nil {
		f.removed, err = removedIn(f.path)
	}
	if err == nil {
		_, _, err = kept.In[clock.Lab](f.path, clockFile).Read()
	}
	if err == nil {
		f.faults, err = linkfaults.Read(f.path)
	}
	if err == nil {
		err = f.before.read(f.path)
	}
	if err != nil {
		return errors.Join(err, f.close())
	}
	return nil
}

func openTemporary(data launch.Data) (*folder, error) {
	path, err := os.MkdirTemp("", temporaryFolder)
	if err != nil {
		return nil, err
	}
	lock, err := lockIn(path)
	if err != nil {
		return nil, err
	}
	return &folder{path: path, temporary: true, lock: lock, data: data}, nil
}

// lockIn returns errFolderInUse if another process has the lock.
func lockIn(path string) (io.Closer, error) {
	lock, err := disk.Lock(filepath.Join(path, lockFile))
	if errors.Is(err, disk.ErrLocked) {
		err = errFolderInUse
	}
	return lock, err
}

// remove is for a temporary folder that nobody needs any more.
func (f *folder) remove() error {
	if err := os.RemoveAll(f.path); err != nil {
		return fmt.Errorf("remove temporary data folder: %w", err)
	}
	return nil
}

// close lets go of the folder. If no network has stood in it, what was made to take it
// is removed.
func (f *folder) close() error {
	if f.stood || f.temporary || f.before.locked {
		return f.lock.Close()
	}
	err := disk.RemoveLock(f.lock, filepath.Join(f.path, lockFile))
	f.before.removeFolders()
	return err
}
