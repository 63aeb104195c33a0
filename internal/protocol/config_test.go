package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfigNamesWhatIsWrong(t *testing.T) {
	valid := DefaultConfig()
	require.NoError(t, valid.Validate())
	for name, spoil := range map[string]func(*Config){
		"Outbound":          func(c *Config) { c.Outbound = -1 },
		"HandshakeTimeout":  func(c *Config) { c.HandshakeTimeout = 0 },
		"RequestTimeout":    func(c *Config) { c.RequestTimeout = -1 },
		"PingInterval":      func(c *Config) { c.PingInterval = 0 },
		"ResolveTimeout":    func(c *Config) { c.ResolveTimeout = 0 },
		"DialPatience":      func(c *Config) { c.DialPatience = 0 },
		"RetryFirst":        func(c *Config) { c.RetryFirst = 0 },
		"RetryMost":         func(c *Config) { c.RetryMost = 0 },
		"ExtraPeerInterval": func(c *Config) { c.ExtraPeerInterval = 0 },
		"Ban":               func(c *Config) { c.Ban = 0 },
		"Window":            func(c *Config) { c.Window = 0 },
		"MaxArrived":        func(c *Config) { c.MaxArrived = 0 },
		"MaxHeadersOpen":    func(c *Config) { c.MaxHeadersOpen = maxHeaders - 1 },
		"BlocksAsked":       func(c *Config) { c.Limits.BlocksAsked.Burst = maxPeerBlocks - 1 },
		"Pongs":             func(c *Config) { c.Limits.Pongs.Interval = 0 },
	} {
		c := DefaultConfig()
		spoil(&c)
		require.ErrorContains(t, c.Validate(), name)
	}
}
