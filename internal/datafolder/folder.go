// Package datafolder has to do with which network a data folder is of: how that is
// found out, written down, and changed. The folder is that of one node by hand, or
// of a whole network.
package datafolder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"networkmngr/internal/consensus"
	"networkmngr/internal/disk"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/types"
)

var (
	// ErrSeveral means that the chains in a data folder are of several networks.
	ErrSeveral = errors.New("holds several networks")
	// ErrOther means that a data folder is of another network than it should be.
	ErrOther = errors.New("holds another network")
	// ErrTwins means that the folder of one node is a copy of another one's.
	ErrTwins = errors.New("holds two nodes of one identity")
	// ErrBegun means that a chain is more than its genesis block, which its
	// network's settings are part of.
	ErrBegun = errors.New("the chain has begun")
)

// Folder is that of one node, or of a network with a place for each node's data. All
// chains in it are of one network, which its GenesisFile names. Its methods are for
// who has it for itself.
type Folder struct {
	Path  string
	Nodes []string    // places of the chains: Path itself, if it is one node's
	Data  launch.Data // reads and removes what the nodes leave there
}

// Network returns which network the folder is of, and changes nothing: that of its
// chains or, without any, of its GenesisFile; in a new folder it is wanted, or
// the fallback's if that is nil. It refuses chains of several networks, and of another
// one than wanted, and nodes of one identity; see ErrSeveral, ErrOther and ErrTwins.
func (d Folder) Network(ctx context.Context, wanted *consensus.Genesis, fallback func() *consensus.Genesis) (*consensus.Genesis, error) {
	held, err := d.held(ctx)
	if err != nil {
		return nil, err
	}
	named, err := readGenesis(d.file(GenesisFile))
	if err != nil && held != nil {
		err = fmt.Errorf("%w; move the file away, and it is made anew from the chain", err)
	}
	if err != nil {
		return nil, err
	}
	if held != nil && named != nil && !same(held, named) {
		return nil, fmt.Errorf("%w: its nodes are on %s, its %s is of %s; move that away, or the nodes", ErrSeveral, label(held), GenesisFile, label(named))
	}
	is := cmp.Or(held, named)
	if is != nil && wanted != nil && !same(is, wanted) {
		return nil, fmt.Errorf("%w: %s, not %s", ErrOther, label(is), label(wanted))
	}
	if is := cmp.Or(is, wanted); is != nil {
		return is, nil
	}
	return fallback(), nil
}

// held is the one network of all chains, or nil if there is none yet.
func (d Folder) held(ctx context.Context) (*consensus.Genesis, error) {
	chains, err := d.chains(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkTwins(chains); err != nil {
		return nil, err
	}
	chains = slices.DeleteFunc(chains, func(c chain) bool { return c.genesis == nil })
	var networks []*consensus.Genesis
	for _, c := range chains {
		if !slices.ContainsFunc(networks, c.isOn) {
			networks = append(networks, c.genesis)
		}
	}
	if len(networks) > 1 {
		return nil, several(networks, chains)
	}
	return cmp.Or(networks...), nil
}

// checkTwins returns an ErrTwins if two nodes have one identity.
func checkTwins(chains []chain) error {
	first := make(map[types.NodeID]chain)
	for _, c := range chains {
		if twin, known := first[c.node]; known && c.node != (types.NodeID{}) {
			return fmt.Errorf("%w: the folder of one is a copy of the other's: %s and %s both have the id %s; remove identity.pem in the copy, and its node makes another one",
				ErrTwins, filepath.Base(twin.place), filepath.Base(c.place), c.node)
		}
		first[c.node] = c
	}
	return nil
}

// several is an ErrSeveral that says which chains are of which network.
func several(networks []*consensus.Genesis, chains []chain) error {
	parts := make([]string, len(networks))
	for i, genesis := range networks {
		var places []string
		for _, c := range chains {
			if c.isOn(genesis) {
				places = append(places, filepath.Base(c.place))
			}
		}
		parts[i] = fmt.Sprintf("%s in %s", label(genesis), strings.Join(places, ", "))
	}
	return fmt.Errorf("%w: %s; move all but one network's away", ErrSeveral, strings.Join(parts, "; "))
}

// chain is what a node has left.
type chain struct {
	place   string
	node    types.NodeID       // zero if it has none yet
	genesis *consensus.Genesis // nil if there is no chain yet
	height  uint64
}

func (c chain) isOn(network *consensus.Genesis) bool { return same(c.genesis, network) }

// chains returns what there is at each place.
func (d Folder) chains(ctx context.Context) ([]chain, error) {
	if len(d.Nodes) == 0 {
		return nil, nil
	}
	found, err := d.Data.Chains(ctx, d.Nodes)
	if err != nil {
		return nil, err
	}
	chains := make([]chain, len(found))
	for i, c := range found {
		chains[i] = chain{place: d.Nodes[i], node: c.ID, height: c.Height}
		if len(c.Genesis) == 0 || string(c.Genesis) == "null" {
			continue // there is none
		}
		if chains[i].genesis, err = genesis.Parse(c.Genesis); err != nil {
			return nil, fmt.Errorf("chain in %s: %w", d.Nodes[i], err)
		}
	}
	return chains, nil
}

func same(a, b *consensus.Genesis) bool { return a.Params.GenesisID == b.Params.GenesisID }

// label is how a message speaks of a network.
func label(g *consensus.Genesis) string {
	return fmt.Sprintf("%q (genesis %s)", g.Params.Name, g.Params.GenesisID)
}

// WriteNetwork writes down which network the folder is of, as Network says. A change
// that was begun and cut short is taken back by that; undone reports whether
// there was one. An error is of the disk, or of a file that is none of a network.
func (d Folder) WriteNetwork(genesis *consensus.Genesis) (undone bool, err error) {
	named, err := readGenesis(d.file(GenesisFile))
	if err != nil {
		return false, err
	}
	if named == nil || !same(named, genesis) {
		if err := writeGenesis(d.file(GenesisFile), genesis); err != nil {
			return false, err
		}
	}
	err = os.Remove(d.file(IntentionFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err // if a power failure brings it back, it is removed again
}

// CheckUnbegun returns an ErrBegun if one of the chains is higher than its genesis block,
// or the error of reading one. No node whose place is in the folder runs.
func (d Folder) CheckUnbegun(ctx context.Context) error {
	chains, err := d.chains(ctx)
	for _, c := range chains {
		err = cmp.Or(err, CheckUnbegun(filepath.Base(c.place), c.height))
	}
	return err
}

// CheckUnbegun returns an ErrBegun if a chain is higher than its genesis block; where
// is the node or the place that has it.
func CheckUnbegun(where string, height uint64) error {
	if height == 0 {
		return nil
	}
	return fmt.Errorf("%w: the height of %s is %d; settings change only while it is 0, as the genesis block commits to them", ErrBegun, where, height)
}

func (d Folder) file(name string) string { return filepath.Join(d.Path, name) }

const (
	// GenesisFile says which network a data folder is of. It is a genesis file
	// like any other.
	GenesisFile = "genesis.json"
	// IntentionFile is GenesisFile as it is about to be; see Change.
	IntentionFile = "genesis.json.new"
)

// readGenesis returns nil if there is no such file.
func readGenesis(path string) (*consensus.Genesis, error) {
	text, err := disk.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	g, err := genesis.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

func writeGenesis(path string, g *consensus.Genesis) error {
	text, err := genesis.Marshal(g)
	if err != nil {
		return err
	}
	return disk.WriteFile(path, text, 0o644)
}
