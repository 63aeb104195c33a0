package command

import (
	"errors"
	"fmt"
	"os"
	"time"

	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/node"
)

// loadGenesis reads a genesis file, or gives the built-in network where none
// is named.
func loadGenesis(file string) (*consensus.Genesis, error) {
	if file == "" {
		return consensus.Dev(), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, misuse{fmt.Errorf("genesis file: %w", err)}
	}
	genesis, err := consensus.ParseGenesis(text)
	if err != nil {
		return nil, misuse{fmt.Errorf("genesis file %s: %w", file, err)}
	}
	return genesis, nil
}

// checkBegun refuses a network that no block can be mined on yet; file is empty
// if no genesis file was named.
func checkBegun(genesis *consensus.Genesis, file string) error {
	err := genesis.Params.CheckBegun(time.Now())
	switch {
	case err == nil:
		return nil
	case file == "":
		return misuse{fmt.Errorf("network %q: %w", genesis.Params.Name, err)}
	}
	return misuse{fmt.Errorf("genesis file %s: %w", file, err)}
}

// wantedGenesis is the network that a file describes, which blocks can be mined
// on, or nil if none is named.
func wantedGenesis(file string) (*consensus.Genesis, error) {
	if file == "" {
		return nil, nil
	}
	genesis, err := loadGenesis(file)
	if err == nil {
		err = checkBegun(genesis, file)
	}
	return genesis, err
}

// nodeGenesis is the network of a node: its folder's, or else the one that is
// named, or else the built-in one.
func nodeGenesis(settings config.Node) (*consensus.Genesis, error) {
	wanted, err := wantedGenesis(settings.Genesis)
	if err != nil {
		return nil, err
	}
	genesis, err := dataFolder(settings).Settle(wanted, consensus.Dev())
	if errors.Is(err, node.ErrOther) {
		err = fmt.Errorf("%w of --genesis %s: leave that out, or name another folder", err, settings.Genesis)
	}
	if err != nil {
		return nil, misuse{fmt.Errorf("data folder %s: %w", settings.Data, err)}
	}
	return genesis, nil
}

// dataFolder is a node's own.
func dataFolder(settings config.Node) node.DataFolder {
	return node.DataFolder{Path: settings.Data, Nodes: []string{settings.Data}}
}
