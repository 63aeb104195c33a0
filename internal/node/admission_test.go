package node

import (
	"bytes"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/core"
	"networkmngr/internal/protocol"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// forgeries are transfers with a signature of another one.
func forgeries(who byte, count int) (list []types.Transaction) {
	x := pay(0, 1)[0]
	for i := range count {
		x.Recipient[0], x.Recipient[1], x.Recipient[2] = byte(i), byte(i>>8), who
		list = append(list, x)
	}
	return list
}

func idsOf(list []types.Transaction) (ids []types.Hash) {
	for i := range list {
		ids = append(ids, list[i].ID())
	}
	return ids
}

// relayed is how long a new block takes from an honest peer to n.
func (w world) relayed(n *running, honest *puppet) time.Duration {
	w.t.Helper()
	b := chaintest.Next(n.Chain().Tip(), types.NamedAddress("bob"))
	began := time.Now()
	honest.say(n.Self().ID, protocol.Headers{Headers: []types.Header{b.Header}})
	answer[protocol.GetCompact](w, honest)
	honest.say(n.Self().ID, protocol.Blocks{Encoded: [][]byte{b.Encode()}})
	w.until("the block", func() bool { return n.tip() == b.Hash() })
	return time.Since(began)
}

// Many identities send as many forged transfers as they are asked for. The first
// one bans each, the rest costs nothing, and a block is as fast as ever.
func TestBlocksAreFastBesideForgers(t *testing.T) {
	const identities, each = 12, 5000
	after, bound := time.Duration(0), time.Duration(0)
	for tries := 0; after >= bound && tries < 3; tries++ { // whatever else the machine does meanwhile
		var before time.Duration
		before, after = besideForgers(newWorld(t), identities, each)
		bound = max(time.Second, 10*before)
		t.Logf("a block takes %s, and %s beside %d forgers", before, after, identities)
	}
	require.Less(t, after, bound)
}

// besideForgers tells how long a node takes for a block, before and while so many identities
// each send so many forged transfers.
func besideForgers(w world, identities, each int) (before, after time.Duration) {
	n := w.node()
	honest := w.attach(n)
	before = w.relayed(n, honest)
	var attackers []*puppet
	for who := range identities {
		attackers = append(attackers, w.forger(n, byte(who), each))
	}
	after = w.relayed(n, honest)
	for _, p := range attackers {
		_ = w.awaitGone(p)
	}
	require.Zero(w.t, n.Pool().Len())
	return before, after
}

// forger tells a node of so many forged transfers, and sends it those that it asks for.
func (w world) forger(n *running, who byte, each int) *puppet {
	p := w.puppet()
	require.NoError(w.t, p.link.Dial(w.t.Context(), n.Self().P2P[0]))
	answer[protocol.Hello](w, p) // before that, its own Hello may not be out yet
	list := forgeries(who, each)
	p.say(n.Self().ID, protocol.Have{IDs: idsOf(list)})
	asked := answer[protocol.GetTransactions](w, p)
	p.say(n.Self().ID, protocol.Transactions{Transactions: list[:len(asked.IDs)]})
	return p
}

// holding is a store that lets who reads it wait.
type holding struct {
	closableStore
	release chan struct{}
	held    atomic.Int64
}

func (s *holding) View(fn func(chain.Reader) error) error {
	s.held.Add(1)
	<-s.release
	return s.closableStore.View(fn)
}

// While transfers are being judged, however long that takes, blocks are verified.
func TestBlocksDoNotWaitForTransfers(t *testing.T) {
	w := newWorld(t)
	config := testConfig(t)
	kept, err := store.Open(config.Folder)
	require.NoError(t, err)
	slow := &holding{closableStore: kept, release: make(chan struct{})}
	close(slow.release)
	node, err := assemble(config, slow)
	require.NoError(t, err)
	slow.release = make(chan struct{})
	n := w.run(node)
	honest := w.attach(n)
	list := pay(0, 1)
	honest.say(n.Self().ID, protocol.Have{IDs: idsOf(list)})
	answer[protocol.GetTransactions](w, honest)
	before := slow.held.Load()
	honest.say(n.Self().ID, protocol.Transactions{Transactions: list})
	w.until("a transfer is looked at", func() bool { return slow.held.Load() > before })
	w.relayed(n, honest)
	require.Zero(t, n.Pool().Len())
	close(slow.release)
	w.awaitPending(list, n)
}

// A node whose mempool is larger than what may wait on a link gives all of it to
// one that comes new, and neither drops the other.
func TestNewcomerGetsALargeMempoolOverOneLink(t *testing.T) {
	const count = 420
	w := newWorld(t)
	full := w.node()
	data := []byte(`"` + string(bytes.Repeat([]byte("x"), 60<<10)) + `"`)
	for i := range uint64(count) {
		x := types.Transaction{Sequence: i, Recipient: types.NamedAddress("bob"), Amount: 1, Data: data}
		x.Sign(types.NamedKey("alice"), easy().Params.GenesisID)
		full.admit(core.Admit{Transaction: x})
	}
	newcomer := w.node()
	newcomer.register(full)
	w.awaitPeers(1, newcomer)
	since := newcomer.Peers()[0].Since
	w.until("the whole mempool", func() bool { return newcomer.Pool().Len() == count })
	require.Equal(t, since, newcomer.Peers()[0].Since, "it is still the first link")
}

// Who asks for more than a link holds at once gets it at its own pace.
func TestPeerGetsTransactionsAtItsPace(t *testing.T) {
	const count = 420
	w := newWorld(t)
	n := w.node()
	data := []byte(`"` + string(bytes.Repeat([]byte("x"), 60<<10)) + `"`)
	var ids []types.Hash
	for i := range uint64(count) {
		x := types.Transaction{Sequence: i, Recipient: types.NamedAddress("bob"), Amount: 1, Data: data}
		x.Sign(types.NamedKey("alice"), easy().Params.GenesisID)
		n.admit(core.Admit{Transaction: x})
		ids = append(ids, x.ID())
	}
	p := w.attach(n)
	p.say(n.Self().ID, protocol.GetTransactions{IDs: ids})
	for got := 0; got < count; {
		m := answer[protocol.Transactions](w, p)
		got += len(m.Transactions)
	}
	require.Empty(t, p.gone)
}

// Transfers that differ in sender go through several lanes, those of one sender
// stay in order, and each of them is judged once.
func TestLanesKeepASendersOrder(t *testing.T) {
	w := newWorld(t)
	n := w.node()
	p := w.attach(n)
	list := pay(0, 400)
	p.say(n.Self().ID, protocol.Have{IDs: idsOf(list)})
	for got := 0; got < len(list); {
		asked := answer[protocol.GetTransactions](w, p)
		p.say(n.Self().ID, protocol.Transactions{Transactions: list[got : got+len(asked.IDs)]})
		got += len(asked.IDs)
	}
	w.until("all of them", func() bool { return n.Pool().Len() == len(list) })
}
