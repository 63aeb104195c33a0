package command

import (
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/client"
)

// freePort is one that nobody had a moment ago.
func freePort(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

func peersOf(t *testing.T, node *client.Node) int {
	peers, err := node.Peers(t.Context(), 0, 100)
	require.NoError(t, err)
	return peers.Count
}

func TestPeerMayStartLater(t *testing.T) {
	early := newPlace(t)
	late := newPlace(t)
	late.genesis = early.genesis
	port := freePort(t)
	start(t, early.args("--peers=127.0.0.1:"+port))
	first := early.client(t)
	until(t, "the first attempt", func() bool { return strings.Contains(early.log(t), "peer does not answer") })

	start(t, late.args("--port="+port))
	second := late.client(t)
	until(t, "the link", func() bool { return peersOf(t, first) == 1 && peersOf(t, second) == 1 })
	mined, err := second.Mine(t.Context(), 1)
	require.NoError(t, err)
	until(t, "the block", func() bool {
		info, err := first.Info(t.Context())
		return err == nil && info.Tip.Hash == mined.Block.Hash()
	})
}

func TestPeerOfAnotherNetworkIsNamed(t *testing.T) {
	ours, theirs := newPlace(t), newPlace(t)
	theirs.genesis = writeGenesis(t, theirs.folder, "theirs")
	start(t, theirs.args())
	address, err := theirs.client(t).Info(t.Context())
	require.NoError(t, err)

	start(t, ours.args("--peers="+address.Address))
	client := ours.client(t)
	until(t, "the warning", func() bool { return strings.Contains(ours.log(t), "is on another network: theirs, ours is test") })
	info, err := client.Info(t.Context())
	require.NoError(t, err)
	require.Empty(t, info.Nodes)
}
