package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
)

// GenesisFile is in a folder whose network was changed from what its node was
// started with. It is a genesis file like any other.
const GenesisFile = "genesis.json"

// KeptGenesis is what a folder's network was changed to, or nil.
func KeptGenesis(folder string) (*consensus.Genesis, error) {
	path := filepath.Join(folder, GenesisFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	genesis, err := consensus.ParseGenesis(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return genesis, nil
}

// KeepGenesis changes a folder's network. Its node must have ended with no more
// than the genesis block. That goes first: without it the folder is as good as
// new, so that whenever this is cut short, it is of the one network or the
// other.
func KeepGenesis(folder string, genesis *consensus.Genesis) error {
	if err := store.Remove(folder); err != nil {
		return err
	}
	return writeJSON(filepath.Join(folder, GenesisFile), genesis.Description())
}
