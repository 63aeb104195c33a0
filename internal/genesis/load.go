package genesis

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"networkmngr/internal/consensus"
)

// standardInput in the place of a file means the program's standard input.
const standardInput = "-"

// Load reads a genesis file, or returns the built-in network where none is
// named. An error names the file; it is that of reading it, or of Parse.
func Load(file string) (*consensus.Genesis, error) {
	if file == "" {
		return Dev(), nil
	}
	text, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("genesis file: %w", err)
	}
	g, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("genesis file %s: %w", file, err)
	}
	return g, nil
}

// read reads a file, or one JSON document of standard input. That goes on: its end
// tells a node of the end of the process that has started it.
func read(file string) ([]byte, error) {
	if file != standardInput {
		return os.ReadFile(file)
	}
	var text json.RawMessage
	err := json.NewDecoder(os.Stdin).Decode(&text)
	return text, err
}

// LoadNamed is Load of a network on which blocks can be mined at now. Where no file is
// named, the network is nil. The error is that of Load, or of CheckBegun.
func LoadNamed(file string, now time.Time) (*consensus.Genesis, error) {
	if file == "" {
		return nil, nil
	}
	g, err := Load(file)
	if err == nil {
		err = CheckBegun(g, file, now)
	}
	return g, err
}

// CheckBegun refuses a network that no block can be mined on at now, with the error
// of [consensus.Params.CheckBegun]. Its file is empty if none was named.
func CheckBegun(g *consensus.Genesis, file string, now time.Time) error {
	err := g.Params.CheckBegun(now)
	switch {
	case err == nil:
		return nil
	case file == "":
		return fmt.Errorf("network %q: %w", g.Params.Name, err)
	}
	return fmt.Errorf("genesis file %s: %w", file, err)
}
