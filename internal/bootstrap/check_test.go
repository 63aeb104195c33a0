package bootstrap

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

func originAt(network string) httpserver.Origin {
	return httpserver.Origin(netip.MustParsePrefix(network))
}

func testService(folder string) *Service {
	return Open(Options{Limits: DefaultLimits(), Folder: folder, Logger: hclog.NewNullLogger()})
}

// Strangers are told the same of whatever is no node, and nothing at all is asked that they
// cannot reach: else a bootstrap node would look for open ports on their behalf.
func TestStrangersLearnOfNodesOnly(t *testing.T) {
	s, asked := testService(""), 0
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte("hello"))
	}))
	t.Cleanup(web.Close)
	node := newFake(t, 1)
	near, far := originAt("127.0.0.9/32"), originAt("8.8.8.8/32")
	introduce := func(from httpserver.Origin, place api.Place) string {
		_, _, err := s.Introduce(t.Context(), from, place)
		require.ErrorIs(t, err, ErrUnreachable)
		require.NotErrorIs(t, err, ErrIdentity)
		return err.Error()
	}
	open, closed := web.Listener.Addr().String(), "127.0.0.1:1"
	same := "no node answers there: "
	require.Equal(t, same+open, introduce(near, api.Place{Address: open}))
	require.Equal(t, same+closed, introduce(near, api.Place{Address: closed}))
	require.Equal(t, same+node.address, introduce(near, api.Place{ID: types.NodeID{9}, Address: node.address, P2P: node.info.P2P}))
	before := asked + int(node.asked.Load())
	require.Equal(t, same+open, introduce(far, api.Place{Address: open}))
	require.Equal(t, same+node.address, introduce(far, api.Place{Address: node.address}))
	require.Equal(t, before, asked+int(node.asked.Load()), "out of reach from there")
	_, added, err := s.Introduce(t.Context(), near, api.Place{Address: node.address})
	require.NoError(t, err)
	require.True(t, added)
}

// A name that led to a node of the Internet may lead to this machine when the node is asked
// again; that is kept over a restart.
func TestANodeIsAskedAgainWhereItsTellerCouldAsk(t *testing.T) {
	folder, node := t.TempDir(), newFake(t, 1)
	entry := Introduction{NodeInfo: types.NodeInfo{ID: node.info.ID, Address: node.address, P2P: node.info.P2P}, Teller: netgroup.Internet}
	_, err := testService(folder).enter(entry)
	require.NoError(t, err)
	s := testService(folder)
	s.askAgain(t.Context(), node.address)
	require.Zero(t, node.asked.Load())
	near, err := s.check(t.Context(), httpserver.Origin{}, node.address)
	require.NoError(t, err)
	_, err = s.enter(near)
	require.NoError(t, err)
	s.askAgain(t.Context(), node.address)
	require.EqualValues(t, 2, node.asked.Load(), "by this machine's own word")
}

// Few addresses, and few groups, do not take all questions for themselves, and none of
// those of this machine.
func TestStrangersShareTheChecks(t *testing.T) {
	s, party := testService(""), originAt("192.0.0.0/16")
	require.Equal(t, party, s.partyOf(originAt("192.0.2.1/32")))
	require.Equal(t, originAt("2001:db8::/32"), s.partyOf(originAt("2001:db8:1:2::/64")))
	require.Equal(t, originAt("127.0.0.9/32"), s.partyOf(originAt("127.0.0.9/32")))
	for s.shares.Acquire(party) {
	}
	require.Less(t, s.shares.Taken(), checksAtAll)
	_, _, err := s.Introduce(t.Context(), originAt("192.0.2.2/32"), api.Place{Address: "192.0.2.2:1"})
	require.ErrorIs(t, err, ErrRate)
	_, _, err = s.Introduce(t.Context(), originAt("127.0.0.9/32"), api.Place{Address: "127.0.0.1:1"})
	require.ErrorIs(t, err, ErrUnreachable, "which was asked")
	_, _, err = s.Introduce(t.Context(), httpserver.Origin{}, api.Place{Address: "127.0.0.1:1"})
	require.ErrorIs(t, err, ErrUnreachable)
}

// A node is not taken as known as long as it is not on disk.
func TestANodeThatWasNotWrittenIsWrittenTheNextTime(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "missing")
	s, node := testService(folder), newFake(t, 1)
	introduce := func() (bool, error) {
		_, added, err := s.Introduce(t.Context(), httpserver.Origin{}, api.Place{Address: node.address})
		return added, err
	}
	for range 2 {
		_, err := introduce()
		require.Error(t, err)
	}
	require.NoError(t, os.Mkdir(folder, 0o755))
	_, err := introduce()
	require.NoError(t, err)
	require.NoError(t, s.Problem())
	require.Equal(t, []string{node.address}, addresses(testService(folder).For(nil, 9)))
}
