package transport

import (
	"net"
	"testing"

	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"
)

// What is announced has the ports of what is listened on, whatever family that is of.
func TestAnnounced(t *testing.T) {
	var listening []ma.Multiaddr
	for _, text := range []string{"/ip4/0.0.0.0/tcp/7000", "/ip6/::/udp/7000/quic-v1"} {
		listening = append(listening, ma.StringCast(text))
	}
	for host, want := range map[string][]string{
		"198.51.100.9": {"/ip4/198.51.100.9/tcp/7000", "/ip4/198.51.100.9/udp/7000/quic-v1"},
		"2001:db8::7":  {"/ip6/2001:db8::7/tcp/7000", "/ip6/2001:db8::7/udp/7000/quic-v1"},
	} {
		got, err := announced(net.ParseIP(host), listening)
		require.NoError(t, err)
		require.Len(t, got, len(want))
		for i, addr := range got {
			require.Equal(t, want[i], addr.String())
		}
	}
}
