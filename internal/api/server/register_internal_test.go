package server

import (
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// What passes the check can be used as it is. Nobody is asked here: a fuzzed
// address could be anybody's.
func FuzzNodeList(f *testing.F) {
	const id = `"id":"0100000000000000000000000000000000000000000000000000000000000000"`
	const p2p = `"p2p":["/ip4/127.0.0.1/tcp/6000/p2p/QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC"]`
	f.Add([]byte(`[{` + id + `,"address":"127.0.0.1:5000",` + p2p + `}]`))
	f.Add([]byte(`{"nodes":["http://localhost:5000/","[::1]:5000",{"address":"a.example:1"}]}`))
	f.Add([]byte(`[null,"",{}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var list nodeReferences
		if strictjson.Unmarshal(body, &list) != nil {
			return
		}
		require.LessOrEqual(t, len(list), maxEntries)
		for _, m := range list {
			entry, err := m.check()
			if err != nil {
				continue
			}
			host, port, err := net.SplitHostPort(entry.Address)
			require.NoError(t, err)
			require.NotContains(t, host+port, "/")
			require.False(t, strings.ContainsAny(host, "@? #"), host)
			require.Equal(t, entry.ID == types.NodeID{}, len(entry.P2P) == 0)
		}
	})
}
