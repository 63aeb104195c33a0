package config

import (
	"os"
	"strings"
)

// Args are flags that set exactly these settings for a node's program, whatever
// settings files there are. The token is not among them, as everybody on the
// machine may read a process's arguments; see Env.
func (n Node) Args() []string {
	args := []string{"--" + configName + "="}
	for _, s := range n.settings() {
		if s.name != tokenName {
			args = append(args, "--"+s.name+"="+s.text())
		}
	}
	return args
}

// Env is this process's environment for a node's program: without this program's
// settings, and with the node's token.
func (n Node) Env() []string {
	var env []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, envPrefix) {
			env = append(env, entry)
		}
	}
	return append(env, variable(tokenName)+"="+n.Token)
}
