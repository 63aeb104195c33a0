// Package genesis reads the files that describe networks.
package genesis

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
)

// Load reads a genesis file, or returns the built-in network where none is
// named. An error names the file; it is that of reading it, or of
// [consensus.ParseGenesis].
func Load(file string) (*consensus.Genesis, error) {
	if file == "" {
		return consensus.Dev(), nil
	}
	text, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("genesis file: %w", err)
	}
	genesis, err := consensus.ParseGenesis(text)
	if err != nil {
		return nil, fmt.Errorf("genesis file %s: %w", file, err)
	}
	return genesis, nil
}

// read reads a file, or one JSON document of standard input. That goes on: its end
// tells a node of the end of the process that has started it.
func read(file string) ([]byte, error) {
	if file != config.StandardInput {
		return os.ReadFile(file)
	}
	var text json.RawMessage
	err := json.NewDecoder(os.Stdin).Decode(&text)
	return text, err
}

// LoadNamed is Load of a network on which blocks can be mined at now; see
// CheckBegun. Where no file is named, the network is nil.
func LoadNamed(file string, now time.Time) (*consensus.Genesis, error) {
	if file == "" {
		return nil, nil
	}
	genesis, err := Load(file)
	if err == nil {
		err = CheckBegun(genesis, file, now)
	}
	return genesis, err
}

// CheckBegun refuses a network that no block can be mined on at now, with the error
// of [consensus.Params.CheckBegun]. Its file is empty if none was named.
func CheckBegun(genesis *consensus.Genesis, file string, now time.Time) error {
	err := genesis.Params.CheckBegun(now)
	switch {
	case err == nil:
		return nil
	case file == "":
		return fmt.Errorf("network %q: %w", genesis.Params.Name, err)
	}
	return fmt.Errorf("genesis file %s: %w", file, err)
}
