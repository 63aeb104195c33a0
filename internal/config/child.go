package config

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// StandardInput in the place of a genesis file or of one of faults means the program's
// standard input, from which it reads one JSON document: that of faults first.
const StandardInput = "-"

// ReadFaults is the text of the file of faults, or nil if there is none. The error names
// the setting and the file.
func (n NodeSettings) ReadFaults() (text json.RawMessage, err error) {
	switch n.Faults {
	case "":
		return nil, nil
	case StandardInput:
		err = json.NewDecoder(byteByByte{os.Stdin}).Decode(&text)
	default:
		text, err = os.ReadFile(n.Faults)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: faults %s: %w", ErrSetting, n.Faults, err)
	}
	return text, nil
}

// byteByByte keeps a reader of one document from what follows.
type byteByByte struct{ io.Reader }

func (r byteByByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:min(len(p), 1)]) }

// Named are the node's settings by name, each as a flag takes it, but for the token,
// which everybody on the machine may read in a process's arguments, and its file.
func (n NodeSettings) Named() map[string]string {
	named := make(map[string]string)
	for _, s := range n.settings() {
		if s.name != tokenName && s.name != tokenFileName {
			named[s.name] = s.text()
		}
	}
	return named
}

// Args are flags that set exactly these settings for a node's program, whatever
// settings files there are.
func Args(named map[string]string) []string {
	args := []string{"--" + configName + "="}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		args = append(args, "--"+name+"="+named[name])
	}
	return args
}

// Env is this process's environment for a node's program: without this program's
// settings, and with the node's token.
func Env(token string) []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, envPrefix) {
			env = append(env, entry)
		}
	}
	return append(env, variable(tokenName)+"="+token)
}
