package node

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"networkmngr/internal/datafolder"
	"networkmngr/internal/disk"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// Data has to do with what nodes leave in their folders. It implements
// [launch.Data]; a place is a folder.
type Data struct {
	// ByHand says that the folder is that of a node which nobody has launched: its
	// genesis file is the only one that names its network, and is not removed with its
	// chain.
	ByHand bool
}

// Chains returns what chain there is in each of the folders; see [launch.Data]. An
// error is that of reading one, or ctx's.
func (Data) Chains(ctx context.Context, folders []string) ([]launch.Chain, error) {
	chains := make([]launch.Chain, len(folders))
	for i, folder := range folders {
		first, height, err := chainStart(folder)
		if err == nil {
			chains[i].ID, err = idIn(folder)
		}
		if err != nil {
			return nil, err
		}
		if first == nil {
			continue
		}
		chains[i].Height = height
		if chains[i].Genesis, err = genesis.Marshal(first); err != nil {
			return nil, err
		}
	}
	return chains, ctx.Err()
}

// idIn is the id of the node whose folder it is; zero if it has none yet.
func idIn(folder string) (types.NodeID, error) {
	key, err := readIdentity(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return types.NodeID{}, nil
	}
	if err != nil {
		return types.NodeID{}, err
	}
	return types.NodeIDOf(key.Public().(ed25519.PublicKey)), nil
}

// RemoveChains removes the chains in the folders, and what each folder says about its
// network. It returns a [datafolder.ErrBegun], and removes nothing, if one of them
// holds more than its genesis block.
func (d Data) RemoveChains(_ context.Context, folders []string) error {
	for _, folder := range folders {
		_, height, err := chainStart(folder)
		if err == nil {
			err = datafolder.CheckUnbegun(filepath.Base(folder), height)
		}
		if err != nil {
			return err
		}
	}
	for _, folder := range folders {
		if err := d.removeChain(folder); err != nil {
			return err
		}
	}
	return nil
}

func (d Data) removeChain(folder string) error {
	if !d.ByHand {
		if err := disk.Remove(filepath.Join(folder, datafolder.GenesisFile)); err != nil {
			return err
		}
	}
	if err := disk.Remove(filepath.Join(folder, strategyFile)); err != nil {
		return err
	}
	return store.Remove(folder)
}

// Discard removes those of some folders that hold nothing which somebody may have been told
// of: no blocks, and no transfers. An error is that of reading a chain, or of the disk; it
// keeps no other folder.
func (Data) Discard(_ context.Context, folders []string) (err error) {
	for _, folder := range folders {
		err = errors.Join(err, discard(folder))
	}
	return err
}

func discard(folder string) error {
	_, height, err := chainStart(folder)
	if err != nil || height > 0 {
		return err
	}
	pending, err := os.Stat(filepath.Join(folder, pendingFileName))
	if err == nil && pending.Size() == 0 || errors.Is(err, fs.ErrNotExist) {
		return os.RemoveAll(folder)
	}
	return err
}
