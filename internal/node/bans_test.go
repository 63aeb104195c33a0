package node

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/transport"
)

// Who is banned by hand has no link, is not dialled, comes in again neither after a restart,
// and is back at once when the ban is lifted.
func TestABanByHandIsKept(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	config.Record = "" // it lives several times
	a, b := w.open(config), w.node()
	introduce(a, b)
	w.awaitPeers(1, a, b)
	ban := Ban{ID: b.Self().ID, Until: time.Now().Add(time.Hour), Reason: "lesson"}
	require.NoError(t, a.Ban(ban))
	w.until("no link", func() bool { return len(a.Peers())+len(b.Peers()) == 0 })
	ban.By = transport.BannedByHand
	for range 2 {
		bans := a.Bans()
		require.Len(t, bans, 1)
		require.True(t, equalBans(ban, bans[0]), "%+v", bans[0])
		a.stop()
		a = w.open(config)
	}
	introduce(a, b)
	lifted, err := a.Unban(func(ban Ban) bool { return ban.ID == b.Self().ID })
	require.NoError(t, err)
	require.Len(t, lifted, 1)
	w.awaitPeers(1, a, b)
	a.stop()
	require.Empty(t, w.open(config).Bans())
}

// What the disk refuses is not banned, and what is no ban neither.
func TestABanThatIsNotKeptDoesNotHold(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	addresses := Ban{Net: netip.MustParsePrefix("10.1.0.0/16"), Until: time.Now().Add(time.Hour)}
	require.ErrorIs(t, n.Ban(Ban{Until: addresses.Until}), transport.ErrBan)
	require.NoError(t, os.Mkdir(filepath.Join(n.config.Folder, bansFile), 0o755))
	require.Error(t, n.Ban(addresses))
	require.Empty(t, n.Bans())
	require.NoError(t, os.Remove(filepath.Join(n.config.Folder, bansFile)))
	require.NoError(t, n.Ban(addresses))
	require.NoError(t, os.Remove(filepath.Join(n.config.Folder, bansFile)))
	require.NoError(t, os.Mkdir(filepath.Join(n.config.Folder, bansFile), 0o755))
	_, err := n.Unban(func(Ban) bool { return true })
	require.Error(t, err)
	require.Len(t, n.Bans(), 1)
}

// A peer that breaks the rules is banned over a restart too; a file that is damaged bans
// nobody.
func TestARuleBreakersBanIsKept(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	config.Record = ""
	n := w.open(config)
	adversary := w.attach(n)
	require.NoError(t, adversary.link.Send(n.Self().ID, []byte{0xff}))
	w.until("on disk", func() bool {
		kept, err := readJSON[[]Ban](config.Folder, bansFile)
		return err == nil && len(kept) == 1 && kept[0].By == transport.BannedByRule
	})
	n.stop()
	n = w.open(config)
	require.Len(t, n.Bans(), 1)
	require.NotEmpty(t, n.Bans()[0].Reason)
	n.stop()
	text, err := os.ReadFile(filepath.Join(config.Folder, bansFile))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(config.Folder, bansFile), append([]byte(`[{"id": 3},`), text[1:]...), 0o644))
	n = w.open(config)
	require.Len(t, n.Bans(), 1, "what cannot be read beside it lifts no ban")
	n.stop()
	require.NoError(t, os.WriteFile(filepath.Join(config.Folder, bansFile), []byte("[{"), 0o644))
	require.Empty(t, w.open(config).Bans())
}
