package datafolder

import (
	"context"
	"errors"

	"networkmngr/internal/consensus"
	"networkmngr/internal/disk"
)

// Change makes a data folder one of another network. Until its last step, which
// gives a file its name and is whole or not done at all, the folder is of the
// old network: the chains are removed before, but hold nothing that the old
// genesis file does not make again. So a start after a crash takes back what
// was begun by forgetting the intention (see [Folder.WriteNetwork]). Nobody was told
// by then that it was done.
type Change struct {
	folder Folder
}

// Begin writes down the intention, while nodes may still run: what the disk has
// no room for, which the error tells, fails before anything is ended.
func (d Folder) Begin(genesis *consensus.Genesis) (Change, error) {
	return Change{d}, writeGenesis(d.file(IntentionFile), genesis)
}

// Commit makes the change, once the nodes have ended. If one of their chains has begun,
// or something fails, the folder stays of the old network. The error is ErrBegun, or
// of reading or removing the chains, or of the disk.
func (c Change) Commit(ctx context.Context) error {
	err := c.commit(ctx)
	if err != nil {
		err = errors.Join(err, c.Rollback())
	}
	return err
}

func (c Change) commit(ctx context.Context) error {
	if err := c.folder.CheckUnbegun(ctx); err != nil {
		return err
	}
	if len(c.folder.Nodes) > 0 {
		if err := c.folder.Data.RemoveChains(ctx, c.folder.Nodes); err != nil {
			return err
		}
	}
	return disk.Rename(c.folder.Path, IntentionFile, GenesisFile)
}

// Rollback forgets the intention. An error is of the disk.
func (c Change) Rollback() error { return disk.Remove(c.folder.file(IntentionFile)) }
