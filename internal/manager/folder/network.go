package folder

import (
	"context"
	"slices"

	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/genesis"
)

// Genesis is the block of the one network that the folder is of, once that is settled.
func (f *Folder) Genesis() *consensus.Genesis { return f.genesis.Load() }

// SetGenesis is for who has changed which network the folder is of; see Begin.
func (f *Folder) SetGenesis(is *consensus.Genesis) { f.genesis.Store(is) }

// network is the folder with the nodes that have data in it now.
func (f *Folder) network() (datafolder.Folder, error) {
	ports, err := Nodes(f.Path)
	data := datafolder.Folder{Path: f.Path, Nodes: make([]string, len(ports)), Data: f.data}
	for i, port := range ports {
		data.Nodes[i] = config.NodeFolder(f.Path, port)
	}
	return data, err
}

// Resting is the folder with the nodes that have data in it now, but for those on some ports,
// which run. The error is that of the file system.
func (f *Folder) Resting(running []int) (datafolder.Folder, error) {
	data, err := f.network()
	data.Nodes = slices.DeleteFunc(data.Nodes, func(place string) bool {
		return slices.ContainsFunc(running, func(port int) bool { return place == config.NodeFolder(f.Path, port) })
	})
	return data, err
}

// Settle finds out which network the folder is of: wanted, unless it is nil. It
// changes nothing. The error is as that of [datafolder.Folder.Network].
func (f *Folder) Settle(ctx context.Context, wanted *consensus.Genesis) error {
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

// SettleToFollow is Settle for a folder that may be of another network than the one that
// its manager joins, as that was changed meanwhile: it follows, unless a chain in it has begun. The error
// is as that of Settle, or [datafolder.Folder.CheckUnbegun].
func (f *Folder) SettleToFollow(ctx context.Context, joined *consensus.Genesis) error {
	if err := f.Settle(ctx, nil); err != nil {
		return err
	}
	data, err := f.network()
	if err != nil || f.genesis.Load().Params.GenesisID == joined.Params.GenesisID {
		return err
	}
	f.following = joined
	return data.CheckUnbegun(ctx)
}

// Keep writes down which network the folder is of, for nodes and later starts, and has it
// be the one that it follows. It reports whether a change of the network had been cut short.
// The error is that of the file system, or of [datafolder.Change.Commit].
func (f *Folder) Keep(ctx context.Context) (undone bool, err error) {
	undone, err = datafolder.Folder{Path: f.Path}.WriteNetwork(f.genesis.Load())
	if err != nil || f.following == nil {
		return undone, err
	}
	change, err := f.Begin(f.following)
	if err == nil {
		err = change.Commit(ctx)
	}
	if err == nil {
		f.genesis.Store(f.following)
	}
	return undone, err
}

// Begin begins to make the folder one of another network; see [datafolder.Change].
func (f *Folder) Begin(genesis *consensus.Genesis) (datafolder.Change, error) {
	data, err := f.network()
	if err != nil {
		return datafolder.Change{}, err
	}
	return data.Begin(genesis)
}
