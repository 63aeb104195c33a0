package hostport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/hostport"
)

func TestHosts(t *testing.T) {
	for _, host := range []string{
		"127.0.0.1", "0.0.0.0", "::1", "::", "localhost", "node-1.example.org", "seed.example.", "7.example", "a_b",
	} {
		require.True(t, hostport.IsHost(host), host)
	}
	for _, host := range []string{
		"", "fe80::1%eth0", "300.1.1.1", "127.0.1", "127.0.0.01", "5000", "seed.example.7.", "127.0.0.1:80", "[::1]", "http://a", "a b", "user@a", "münchen.example", "*", ".",
	} {
		require.False(t, hostport.IsHost(host), host)
	}
}

func TestPorts(t *testing.T) {
	for _, port := range []string{"1", "65535", "05000"} {
		require.True(t, hostport.IsPort(port), port)
	}
	for _, port := range []string{"", "0", "65536", "-1", "+1", "http", "0x10", "1e3"} {
		require.False(t, hostport.IsPort(port), port)
	}
}
