package command

import (
	"fmt"
	"os"

	"networkmngr/internal/consensus"
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
	description, err := consensus.ParseDescription(text)
	if err != nil {
		return nil, misuse{fmt.Errorf("genesis file %s: %w", file, err)}
	}
	genesis, err := description.Genesis()
	if err != nil {
		return nil, misuse{fmt.Errorf("genesis file %s: %w", file, err)}
	}
	return genesis, nil
}
