package node

import (
	"errors"
	"fmt"
	"io/fs"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// chainStart reads from the chain in a folder, which stays as it is, what it
// starts from and how high it is. The genesis is nil if there is no chain.
func chainStart(folder string) (g *consensus.Genesis, height uint64, err error) {
	var block types.Block
	err = store.Inspect(folder, func(r chain.Reader) (err error) {
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
	g, err = genesis.Of(&block)
	if err != nil {
		return nil, 0, fmt.Errorf("chain in %s: %w", folder, err)
	}
	return g, height, nil
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
