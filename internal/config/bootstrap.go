package config

import (
	"slices"

	"github.com/spf13/pflag"
)

// BootstrapPort is where a tutorial has its bootstrap node.
const BootstrapPort = 42020

// bootstrapName is the setting that makes a bootstrap node of a node.
const bootstrapName = "bootstrap"

// bootstrapNames are the settings of a node that mean something to a bootstrap node.
var bootstrapNames = []string{"host", "port", "data", logsName, "log-level", "log-json", "tls", tlsCertName, tlsKeyName, "allow-hosts", "allow-origins", "group-by", "group-v4", "group-v6", "group-members"}

// BootstrapFlags registers the flags of a bootstrap node, and --config.
func BootstrapFlags(flags *pflag.FlagSet) {
	n := DefaultNode()
	n.Port = BootstrapPort
	var table []setting
	for _, s := range n.settings() {
		switch {
		case !slices.Contains(bootstrapNames, s.name):
			continue
		case s.name == "port":
			s.usage = "the bootstrap node's `port`; 0 for any"
		case s.name == "data":
			s.usage = "data `folder` (default data/bootstrap-<port>)"
		}
		table = append(table, s)
	}
	register(flags, table, nodeFile)
}

// LoadBootstrap returns a bootstrap node's settings from parsed flags, which BootstrapFlags
// has registered, environment and file. The error wraps ErrSetting.
func LoadBootstrap(flags *pflag.FlagSet) (NodeSettings, error) {
	n := DefaultNode()
	n.Bootstrap = true
	return loadNodeFrom(flags, n)
}

// validateBootstrap refuses what a bootstrap node has no use for, as whoever sets it
// expects something of it.
func (n NodeSettings) validateBootstrap() error {
	if !n.Bootstrap {
		return nil
	}
	for _, s := range n.settings() {
		if slices.Contains([]string{"peers", "seeds", "genesis", "blocks", "record", "faults"}, s.name) {
			if err := unless(s.text() == "", "%s %s of a bootstrap node: it holds no chain and is nobody's peer", s.name, s.text()); err != nil {
				return err
			}
		}
	}
	return nil
}
