package node

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"networkmngr/internal/consensus"
	"networkmngr/internal/disk"
)

var (
	// ErrSeveral means that the chains in a data folder are of several networks.
	ErrSeveral = errors.New("holds several networks")
	// ErrOther means that a data folder is of another network than it should be.
	ErrOther = errors.New("holds another network")
)

// DataFolder is that of one node, or of a network with a folder for each node in
// it. All chains in it are of one network, which its GenesisFile names. Its
// methods are for who has it for itself.
type DataFolder struct {
	Path  string
	Nodes []string // folders of the chains: Path itself, if it is one node's
}

// Settle says which network the folder is of, and changes nothing: that of its
// chains or, without any, of its GenesisFile; in a new folder it is wanted, or
// fallback if that is nil. It refuses chains of several networks, and of another
// one than wanted; see ErrSeveral and ErrOther.
func (d DataFolder) Settle(wanted, fallback *consensus.Genesis) (*consensus.Genesis, error) {
	held, err := d.held()
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
	return cmp.Or(is, wanted, fallback), nil
}

// held is the one network of all chains, or nil if there is none yet.
func (d DataFolder) held() (*consensus.Genesis, error) {
	var networks []*consensus.Genesis
	on := make(map[*consensus.Genesis][]string)
	for _, folder := range d.Nodes {
		genesis, _, err := chainStart(folder)
		if err != nil {
			return nil, err
		}
		if genesis == nil {
			continue
		}
		genesis, networks = among(genesis, networks)
		on[genesis] = append(on[genesis], filepath.Base(folder))
	}
	switch len(networks) {
	case 0:
		return nil, nil
	case 1:
		return networks[0], nil
	}
	parts := make([]string, len(networks))
	for i, genesis := range networks {
		parts[i] = fmt.Sprintf("%s in %s", label(genesis), strings.Join(on[genesis], ", "))
	}
	return nil, fmt.Errorf("%w: %s; move all but one network's away", ErrSeveral, strings.Join(parts, "; "))
}

// among is the one of networks that is the same as genesis, which else joins
// them.
func among(genesis *consensus.Genesis, networks []*consensus.Genesis) (*consensus.Genesis, []*consensus.Genesis) {
	for _, known := range networks {
		if same(known, genesis) {
			return known, networks
		}
	}
	return genesis, append(networks, genesis)
}

func same(a, b *consensus.Genesis) bool { return a.Params.GenesisID == b.Params.GenesisID }

// label is how a message speaks of a network.
func label(g *consensus.Genesis) string {
	return fmt.Sprintf("%q (genesis %s)", g.Params.Name, g.Params.GenesisID)
}

// Keep writes down which network the folder is of, as Settle says. A change
// that was begun and cut short is taken back by that; undone reports whether
// there was one.
func (d DataFolder) Keep(genesis *consensus.Genesis) (undone bool, err error) {
	named, err := readGenesis(d.file(GenesisFile))
	if err != nil {
		return false, err
	}
	if named == nil || !same(named, genesis) {
		if err := writeGenesis(d.file(GenesisFile), genesis); err != nil {
			return false, err
		}
	}
	err = os.Remove(d.file(intentionFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err // if a power failure brings it back, it is removed again
}

// Forget takes Keep back, if there is no chain yet.
func (d DataFolder) Forget() error {
	if held, err := d.held(); err != nil || held != nil {
		return err
	}
	return disk.Remove(d.file(GenesisFile))
}

// Discard removes the folder of a node that never came to be one of a network,
// unless it holds what somebody may have been told of: blocks, or transfers.
func Discard(folder string) error {
	_, height, err := chainStart(folder)
	if err != nil || height > 0 {
		return err
	}
	_, err = os.Stat(filepath.Join(folder, pendingFileName))
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(folder)
}

func (d DataFolder) file(name string) string { return filepath.Join(d.Path, name) }
