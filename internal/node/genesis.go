package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/disk"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

const (
	// GenesisFile says which network a data folder is of. It is a genesis file
	// like any other.
	GenesisFile = "genesis.json"
	// intentionFile is GenesisFile as it is about to be; see Change.
	intentionFile = "genesis.json.new"
)

// readGenesis reads a genesis file; it is nil if there is none.
func readGenesis(path string) (*consensus.Genesis, error) {
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

func writeGenesis(path string, genesis *consensus.Genesis) error {
	text, err := json.MarshalIndent(genesis.Description(), "", "  ")
	if err != nil {
		return err
	}
	return disk.Replace(path, append(text, '\n'), 0o644)
}

// chainStart reads from the chain in a folder, which stays as it is, what it
// starts from and how high it is. The genesis is nil if there is no chain.
func chainStart(folder string) (genesis *consensus.Genesis, height uint64, err error) {
	var block types.Block
	err = store.Look(folder, func(r chain.Reader) (err error) {
		block, height, err = firstBlock(r)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, chain.ErrNotFound) {
		return nil, 0, nil
	}
	if errors.Is(err, store.ErrVersion) || errors.Is(err, store.ErrDamaged) {
		return nil, 0, fmt.Errorf("%w; name another folder, or move the file away: the node then begins anew, with what its peers have", err)
	}
	if err != nil {
		return nil, 0, err // it names the file
	}
	genesis, err = consensus.GenesisOf(&block)
	if err != nil {
		return nil, 0, fmt.Errorf("chain in %s: %w", folder, err)
	}
	return genesis, height, nil
}

// firstBlock is a chain's genesis block, and the height of its tip.
func firstBlock(r chain.Reader) (block types.Block, height uint64, err error) {
	tip, err := r.Tip()
	if err != nil {
		return block, 0, err // chain.ErrNotFound in a store that is new
	}
	first, err := r.MainAt(0)
	if err != nil {
		return block, 0, err
	}
	err = r.UseBlock(first, func(encoded []byte) (err error) {
		block, err = types.DecodeBlock(encoded)
		return err
	})
	return block, tip.Height, err
}
