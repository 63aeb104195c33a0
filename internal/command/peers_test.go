package command

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/client"
	"networkmngr/internal/types"
)

func peersOf(t *testing.T, node *client.Node) int {
	peers, err := node.Peers(t.Context(), 0, 100)
	require.NoError(t, err)
	return peers.Count
}

func TestPeerMayStartLater(t *testing.T) {
	early := newPlace(t)
	late := newPlace(t)
	late.genesis = early.genesis
	port := strconv.Itoa(freePorts(t, 1))
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

// A node that is started on a copy of another one's folder, and is to be its peer, says why
// it is not.
func TestPeerWithACopiedFolderIsNamed(t *testing.T) {
	ours, copied := newPlace(t), newPlace(t)
	copied.genesis = ours.genesis
	start(t, ours.args())
	first, err := ours.client(t).Info(t.Context())
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join(ours.data(), "identity.pem")) // what counts of it
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(copied.data(), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(copied.data(), "identity.pem"), key, 0o600))

	start(t, copied.args("--peers="+first.Address))
	second, err := copied.client(t).Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, first.ID, second.ID)
	until(t, "the warning", func() bool { return strings.Contains(copied.log(t), "the folder of one is a copy of the other's") })
	require.Empty(t, second.Nodes)
}

// Two nodes of one network in different labs stay apart, and say why; the lab and a
// shifted clock are part of what a node says of itself.
func TestPeerOfAnotherLabIsNamed(t *testing.T) {
	ours, theirs := newPlace(t), newPlace(t)
	theirs.genesis = ours.genesis
	start(t, theirs.args("--lab=0a1b2c3d", "--clock-offset=-90s"))
	other, err := theirs.client(t).Info(t.Context())
	require.NoError(t, err)
	require.Equal(t, "0a1b2c3d", other.Lab)
	require.Equal(t, "-1m30s", other.ClockOffset)

	start(t, ours.args("--peers="+other.Address))
	until(t, "the warning", func() bool { return strings.Contains(ours.log(t), `is of another lab: \"0a1b2c3d\", ours is \"\"`) })
	info, err := ours.client(t).Info(t.Context())
	require.NoError(t, err)
	require.Empty(t, info.Nodes)
	require.Empty(t, info.Lab)
	require.Empty(t, info.ClockOffset)

	// Told of each other all the same, they have no link.
	_, err = ours.client(t).Register(t.Context(), []types.NodeInfo{other.NodeInfo})
	require.NoError(t, err)
	until(t, "the reason", func() bool {
		return strings.Contains(ours.log(t), "peer is of another lab, or speaks another version than /networkmngr/1")
	})
	require.Zero(t, peersOf(t, ours.client(t)))
}
