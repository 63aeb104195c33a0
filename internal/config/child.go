package config

import (
	"maps"
	"os"
	"slices"
	"strings"
)

// StandardInput in the place of a genesis file means the program's standard input,
// from which it reads one JSON document.
const StandardInput = "-"

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
