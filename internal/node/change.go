package node

import (
	"errors"
	"fmt"
	"path/filepath"

	"networkmngr/internal/consensus"
	"networkmngr/internal/disk"
	"networkmngr/internal/store"
)

// ErrBegun means that a chain is more than its genesis block, which its
// network's settings are part of.
var ErrBegun = errors.New("the chain has begun")

// CheckUnbegun refuses a chain that is higher than its genesis block; where is
// the node or the folder that has it. Its error wraps ErrBegun.
func CheckUnbegun(where string, height uint64) error {
	if height == 0 {
		return nil
	}
	return fmt.Errorf("%w: the height of %s is %d; settings change only while it is 0, as the genesis block commits to them", ErrBegun, where, height)
}

// Change makes a data folder one of another network. Until its last step, which
// gives a file its name and is whole or not done at all, the folder is of the
// old network: the chains are removed before, but hold nothing that the old
// genesis file does not make again. So a start after a crash takes back what
// was begun by forgetting the intention (see [DataFolder.Keep]). Nobody was told
// by then that it was done.
type Change struct {
	folder DataFolder
}

// Begin writes down the intention, while nodes may still run: what the disk has
// no room for fails before anything is ended.
func (d DataFolder) Begin(genesis *consensus.Genesis) (Change, error) {
	return Change{d}, writeGenesis(d.file(intentionFile), genesis)
}

// Commit makes the change, once the nodes have ended. If one of their chains has begun,
// or something fails, the folder stays of the old network.
func (c Change) Commit() error {
	err := c.commit()
	if err != nil {
		err = errors.Join(err, c.TakeBack())
	}
	return err
}

func (c Change) commit() error {
	for _, folder := range c.folder.Nodes {
		_, height, err := chainStart(folder)
		if err == nil {
			err = CheckUnbegun(filepath.Base(folder), height)
		}
		if err != nil {
			return err
		}
	}
	for _, folder := range c.folder.Nodes {
		if err := c.empty(folder); err != nil {
			return err
		}
	}
	return disk.Rename(c.folder.Path, intentionFile, GenesisFile)
}

// empty removes a chain, and what its own folder says about its network.
func (c Change) empty(folder string) error {
	if folder != c.folder.Path {
		if err := disk.Remove(filepath.Join(folder, GenesisFile)); err != nil {
			return err
		}
	}
	return store.Remove(folder)
}

// TakeBack forgets the intention.
func (c Change) TakeBack() error { return disk.Remove(c.folder.file(intentionFile)) }
