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
	f.Add([]byte(`[{` + id + `,"address":"a\u0062",` + p2p + `},{` + id + `,"address":"",` + p2p + `}]`))
	f.Add([]byte(`{"nodes":["http://localhost:5000/","[::1]:5000",{"address":"a.example:1"}]}`))
	f.Add([]byte(`[null,"",{}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var list nodeReferences
		err := strictjson.Unmarshal(body, &list)
		if plain, ok := plainNodes(string(body)); ok {
			require.NoError(t, err)
			require.Equal(t, list, plain)
		}
		if err != nil {
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

// A manager's registry is read without encoding/json, which takes six times as long.
func TestARegistryIsPlain(t *testing.T) {
	body := registry(t, 3)
	list, plain := plainNodes(string(body))
	require.True(t, plain)
	require.Len(t, list, 3)
	var strict nodeReferences
	require.NoError(t, strictjson.Unmarshal(body, &strict))
	require.Equal(t, strict, list)
}

func TestWhatIsNotPlainIsLeftToTheStrictReader(t *testing.T) {
	one := string(registry(t, 1))
	node := strings.Trim(one, "[]")
	for name, text := range map[string]string{
		"nothing": "", "no list": node, "empty": "[]", "cut off": strings.TrimSuffix(one, "]"), "more behind it": one + "[]",
		"a comma too many": "[" + node + ",]", "space": " " + one, "an escape": strings.Replace(one, "127", `\u0031`, 1),
		"a control character": strings.Replace(one, "127", "\n", 1), "beyond ASCII": strings.Replace(one, "127", "é", 1),
		"another order": strings.Replace(one, `"id"`, `"peer"`, 1), "a short id": strings.Replace(one, `{"id":"`, `{"id":"0`, 1),
		"no multiaddr": strings.Split(one, `"/ip4`)[0] + "]}]", "too many": "[" + strings.Repeat(node+",", maxEntries) + node + "]",
	} {
		t.Run(name, func(t *testing.T) {
			_, plain := plainNodes(text)
			require.False(t, plain)
		})
	}
}

func TestAMultiaddrEndsInANode(t *testing.T) {
	const id = "12D3KooWNmf3nh1f9vmoL5Az7ELTDNRJWtSmVXiC6NSnni3MWVYB"
	require.NoError(t, checkP2P("/ip4/127.0.0.1/tcp/1/p2p/"+id))
	require.NoError(t, checkP2P("/dns4/a.example/tcp/1/p2p/"+id), "which netgroup cannot read")
	for _, text := range []string{"/ip4/127.0.0.1/tcp/1", "/p2p/" + id + "/ip4/127.0.0.1/tcp/1", "/ip4/127.0.0.1/p2p/" + id + "/tcp/1", "/p2p/" + id} {
		require.Error(t, checkP2P(text), text)
	}
}
