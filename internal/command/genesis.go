package command

import (
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

// nodeGenesis is that of the network which the node's folder was changed to, or
// else the one that is named. Naming another one than the folder's is a mistake.
func nodeGenesis(settings config.Node) (*consensus.Genesis, error) {
	kept, err := node.KeptGenesis(settings.Data)
	if err != nil {
		return nil, misuse{fmt.Errorf("data folder %s: %w", settings.Data, err)}
	}
	if kept == nil {
		return loadGenesis(settings.Genesis)
	}
	if settings.Genesis == "" {
		return kept, nil
	}
	named, err := loadGenesis(settings.Genesis)
	if err == nil && named.Params.GenesisID != kept.Params.GenesisID {
		err = misuse{fmt.Errorf("data folder %s: its network was changed to %q (genesis %s), and --genesis %s is %q (genesis %s): leave it out, or name another folder",
			settings.Data, kept.Params.Name, kept.Params.GenesisID, settings.Genesis, named.Params.Name, named.Params.GenesisID)}
	}
	return kept, err
}
