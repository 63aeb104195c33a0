package node

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/core"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func TestOneFolderHasOneNode(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	n := w.open(config)
	identity, err := os.ReadFile(filepath.Join(config.Folder, identityFile))
	require.NoError(t, err)
	_, err = Open(config)
	require.ErrorIs(t, err, store.ErrLocked)
	require.ErrorContains(t, err, config.Folder)
	n.stop()
	same, err := os.ReadFile(filepath.Join(config.Folder, identityFile))
	require.NoError(t, err)
	require.Equal(t, identity, same)
	w.open(config).stop()
}

func TestLockedFolderGetsNoIdentity(t *testing.T) {
	newWorld(t)
	config := testConfig(t)
	kept, err := store.Open(config.Folder)
	require.NoError(t, err)
	defer kept.Close()
	_, err = Open(config)
	require.ErrorIs(t, err, store.ErrLocked)
	require.NoFileExists(t, filepath.Join(config.Folder, identityFile),
		"the node that holds the lock may be about to make one")
}

func TestFolderOfAnotherNetworkIsRefused(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	w.open(config).stop()
	config.Genesis = hard()
	_, err := Open(config)
	require.ErrorIs(t, err, chain.ErrWrongNetwork)
	require.ErrorContains(t, err, config.Folder)
	config.Genesis = easy()
	w.open(config).stop()
}

func TestDamagedFilesAreRefusedAndLeftAlone(t *testing.T) {
	for _, name := range []string{identityFile, datafolder.GenesisFile} {
		for what, text := range map[string]string{
			"empty": "", "garbage": "garbage",
			"other PEM": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		} {
			t.Run(name+" "+what, func(t *testing.T) {
				w := newWorld(t)
				config := testConfig(t)
				w.open(config).stop()
				path := filepath.Join(config.Folder, name)
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
				_, err := Open(config)
				require.ErrorContains(t, err, path)
				left, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, text, string(left))
			})
		}
	}
}

// A new key is another node, and another account.
func TestLostIdentityIsToldOf(t *testing.T) {
	w := newWorld(t)
	config, warnings := loggedConfig(t)
	n := w.open(config)
	n.stop()
	w.open(config).stop()
	require.Empty(t, warnings())
	require.NoError(t, os.Remove(filepath.Join(config.Folder, identityFile)))
	w.open(config).stop()
	require.Contains(t, warnings(), n.Self().ID.String())
}

// Whom the node knew can be learned again.
func TestDamagedKnownNodesAreMadeAnew(t *testing.T) {
	for what, text := range map[string]string{
		"empty": "", "garbage": "garbage", "zeros": "\x00\x00\x00", "another form": `{"nodes": 3}`, "half": `[{"id":`,
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			config, warnings := loggedConfig(t)
			path := filepath.Join(config.Folder, knownFile)
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			w.open(config).stop()
			require.Contains(t, warnings(), path)
			known, _, err := readKnown(config.Folder)
			require.NoError(t, err)
			require.Empty(t, knownOf(known))
			w.open(config).stop()
			require.Equal(t, 1, strings.Count(warnings(), path), "it is told of once")
		})
	}
}

// One node that cannot be read is no reason to forget the others; what the file may hold of
// them stands in each of its parts.
func TestOneBadKnownNodeLosesNoOther(t *testing.T) {
	good, bad := `{"id": "`+types.NodeID{1}.String()+`", "address": "127.0.0.1:2", "p2p": ["/ip4/127.0.0.1/tcp/2"]}`, `{"id": "x"}`
	stored := `{"node": ` + strings.ReplaceAll(good, "01000", "02000") + `, "tried": true, "source": "` + types.NodeID{}.String() + `", "told": 1}`
	book := `{"registry": [` + bad + `, ` + good + `], "anchors": ["x", "` + types.NodeID{2}.String() + `"], "addresses": {"key": "` + strings.Repeat("1", 32) +
		`", "nodes": [` + strings.ReplaceAll(stored, "tcp/2", "nowhere") + `, {"node": 3}, ` + stored + `]}}`
	for text, want := range map[string]struct{ known, left int }{"[" + bad + ", " + good + "]": {1, 1}, book: {2, 4}} {
		config, warnings := loggedConfig(t)
		require.NoError(t, os.WriteFile(filepath.Join(config.Folder, knownFile), []byte(text), 0o600))
		_, left, err := readKnown(config.Folder)
		require.NoError(t, err)
		require.Len(t, left, want.left)
		known := loadKnown(config.Folder, config.Logger)
		require.Len(t, knownOf(known), want.known)
		require.Contains(t, warnings(), "cannot be read, going on without them")
	}
}

// knownOf lists all nodes that are kept.
func knownOf(book core.Book) []types.NodeInfo {
	list := slices.Clone(book.Registry)
	for _, n := range book.Addresses.Nodes {
		list = append(list, n.Node)
	}
	return list
}

// What was written before there were tables of addresses is read still, as what somebody
// trusted has named.
func TestAnOlderListOfKnownNodes(t *testing.T) {
	w := newWorld(t)
	config, warnings := loggedConfig(t)
	other := w.node()
	require.NoError(t, writeJSON(config.Folder, knownFile, []types.NodeInfo{other.Self()}))
	n := w.open(config)
	w.awaitPeers(1, n)
	n.stop()
	require.Empty(t, warnings())
	book, _, err := readKnown(config.Folder)
	require.NoError(t, err)
	require.Equal(t, []types.NodeInfo{other.Self()}, book.Registry)
}

// Nodes that were found through others are known after a restart, and need nobody else.
func TestTablesOutliveARestart(t *testing.T) {
	w := newWorld(t)
	seed, far, config := w.node(), w.node(), testConfig(t)
	n := w.open(config)
	far.register(seed)
	n.register(seed)
	w.awaitPeers(2, n, far, seed)
	w.until("a table", func() bool { return len(n.Addresses()) > 0 })
	n.stop()
	seed.stop()
	n = w.open(config)
	w.until("the peer that the seed told of", func() bool {
		return slices.ContainsFunc(n.Peers(), func(p Peer) bool { return p.ID == far.Self().ID })
	})
}

func TestLostOwnAddressesAreMadeAnew(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	require.NoError(t, os.WriteFile(filepath.Join(config.Folder, selfFile), []byte("garbage"), 0o600))
	n := w.open(config)
	w.until("the file", func() bool {
		self, err := readJSON[types.NodeInfo](config.Folder, selfFile)
		return err == nil && self.ID == n.Self().ID
	})
}

func TestFolderThatCannotBeMadeIsNamed(t *testing.T) {
	newWorld(t)
	config := testConfig(t)
	file := filepath.Join(config.Folder, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	config.Folder = filepath.Join(file, "folder")
	_, err := Open(config)
	require.ErrorContains(t, err, config.Folder)
}

func TestIdentityIsKeptPrivate(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	w.open(config)
	info, err := os.Stat(filepath.Join(config.Folder, identityFile))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func occupied(t *testing.T) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().(*net.TCPAddr).Port
}

func TestPortThatWasAskedForMustBeFree(t *testing.T) {
	newWorld(t)
	config := testConfig(t)
	config.P2PPort = occupied(t)
	_, err := Open(config)
	require.ErrorContains(t, err, strconv.Itoa(config.P2PPort))
	config.P2PPort = 0
	n, err := Open(config) // nothing is held
	require.NoError(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, n.Run(ended))
}

func TestPortOfLastTimeMayBeLost(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	port := occupied(t)
	require.NoError(t, writeJSON(config.Folder, selfFile, types.NodeInfo{P2P: []string{"/ip4/127.0.0.1/tcp/" + strconv.Itoa(port)}}))
	n := w.open(config)
	got, err := tcpPort(n.Self().P2P[0])
	require.NoError(t, err)
	require.NotEqual(t, port, got)
}

// Nodes that are told of each other's addresses for QUIC alone are one network over it; who
// knows both takes TCP.
func TestNetworkOverQUIC(t *testing.T) {
	w := newWorld(t)
	nodes := w.nodes(3, func(c *Config) { c.QUIC = true })
	overQUIC := nodes[0].Self()
	require.Len(t, overQUIC.P2P, 2)
	overQUIC.P2P = overQUIC.P2P[1:]
	for _, n := range nodes[1:] { // which are not told of each other: they would tell both addresses
		_, err := n.Register([]types.NodeInfo{overQUIC})
		require.NoError(t, err)
	}
	w.awaitPeers(2, nodes[0])
	requireLinksOver(t, nodes[0], "quic-v1")
	nodes[0].mine(2)
	w.awaitOneTip(nodes...)
	both := w.node(func(c *Config) { c.QUIC = true })
	both.register(nodes...)
	w.awaitPeers(3, both)
	requireLinksOver(t, both, "tcp")
	w.awaitOneTip(append(nodes, both)...)
}

func requireLinksOver(t *testing.T, n *running, protocol string) {
	t.Helper()
	for _, link := range n.transport.Links() {
		require.Contains(t, link.Peer.Address, "/"+protocol+"/")
	}
}

func TestHostMustBeAnAddress(t *testing.T) {
	newWorld(t)
	config := testConfig(t)
	config.Host = "localhost"
	_, err := Open(config)
	require.ErrorContains(t, err, `"localhost"`)
}

func TestListenAddresses(t *testing.T) {
	for host, want := range map[string][]string{
		"127.0.0.1": {"/ip4/127.0.0.1/tcp/7", "/ip4/127.0.0.1/udp/7/quic-v1"},
		"0.0.0.0":   {"/ip4/0.0.0.0/tcp/7", "/ip4/0.0.0.0/udp/7/quic-v1"},
		"::1":       {"/ip6/::1/tcp/7", "/ip6/::1/udp/7/quic-v1"},
	} {
		config := Config{Host: host, QUIC: true}
		got, err := config.listen(7)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestOwnEntryIsOneThatOthersTake(t *testing.T) {
	self := types.NodeInfo{ID: types.NodeID{1}, Address: "192.0.2.1:5000"}
	for i := range 40 {
		self.P2P = append(self.P2P, fmt.Sprintf("/ip4/192.0.2.%d/tcp/1", i))
	}
	require.False(t, self.Valid())
	few := fit(self)
	require.True(t, few.Valid())
	require.Equal(t, self.P2P[:len(few.P2P)], few.P2P)
	require.Equal(t, few, fit(few))
}

func TestIdentityOfAnotherKindIsRefused(t *testing.T) {
	newWorld(t)
	config := testConfig(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	require.NoError(t, os.WriteFile(filepath.Join(config.Folder, identityFile), text, 0o600))
	_, err = Open(config)
	require.ErrorContains(t, err, "not an ed25519 key")
}

// breakable is a node whose store can be told to fail.
func (w world) breakable(config Config, reads bool) (*running, *failing) {
	w.t.Helper()
	kept, err := store.Open(config.Folder)
	require.NoError(w.t, err)
	broken := &failing{closableStore: kept, broken: make(chan struct{}), reads: reads}
	n, err := assemble(config, broken)
	require.NoError(w.t, err)
	return w.run(n), broken
}

func TestFailingStoreEndsTheNode(t *testing.T) {
	for name, use := range map[string]func(w world, n *running){
		"its own block": func(w world, n *running) {
			_, err := n.Mine(w.t.Context(), 1, nil)
			require.Error(w.t, err)
		},
		"a peer's block": func(w world, n *running) {
			other := w.node()
			other.register(n)
			w.awaitPeers(1, other)
			other.mine(1)
		},
		"a client's block": func(w world, n *running) {
			_, err := n.Mine(w.t.Context(), 1, nil)
			require.ErrorIs(w.t, err, chain.ErrStore)
		},
		"a chain": func(w world, n *running) {
			other := w.node()
			other.mine(1)
			_, err := n.Replace(other.blocks())
			require.ErrorIs(w.t, err, chain.ErrStore)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			n, store := w.breakable(testConfig(t), false)
			close(store.broken)
			use(w, n)
			err := n.awaitEnd()
			require.ErrorIs(t, err, chain.ErrStore)
			require.ErrorIs(t, err, os.ErrPermission)
		})
	}
}

func TestStoreThatCannotBeReadEndsTheNode(t *testing.T) {
	for name, use := range map[string]func(w world, n *running){
		"a transfer": func(w world, n *running) { require.Error(w.t, n.Submit(pay(0, 1)[0])) },
		"a client that asks": func(w world, n *running) {
			_, err := n.Chain().Block(n.tip())
			require.ErrorIs(w.t, err, chain.ErrStore)
		},
		"a peer that asks": func(w world, n *running) {
			other := w.node()
			other.register(n)
		},
		"a peer's transfer": func(w world, n *running) {
			other := w.node()
			other.submit(pay(0, 1)...)
			other.register(n)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			config := testConfig(t)
			first := w.open(config)
			first.mine(5)
			first.stop()
			n, store := w.breakable(config, true)
			close(store.broken)
			use(w, n)
			require.ErrorIs(t, n.awaitEnd(), chain.ErrStore)
		})
	}
}

func TestRefusalsDoNotEndTheNode(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	_, err := n.Chain().Block(types.Hash{1})
	require.ErrorIs(t, err, chain.ErrNotFound)
	bad := chaintest.Next(easy().State(), types.NamedAddress("bob"))
	bad.Transactions[0].Amount++
	chaintest.Solve(&bad)
	_, err = n.Replace(append(n.blocks(), bad))
	require.True(t, chain.Invalid(err), err)
	n.mine(1)
}

func TestDamageEndsTheNode(t *testing.T) {
	var told error
	damaged := fmt.Errorf("somewhere: %w", store.ErrDamaged)
	s := &watched{closableStore: failingReader{}, failed: func(err error) { told = err }}
	require.ErrorIs(t, s.View(func(chain.Reader) error { return damaged }), store.ErrDamaged)
	require.ErrorIs(t, told, chain.ErrStore)
	require.ErrorIs(t, told, store.ErrDamaged)
}

// failingReader passes on what the reading says.
type failingReader struct{ closableStore }

func (failingReader) View(fn func(chain.Reader) error) error { return fn(nil) }
