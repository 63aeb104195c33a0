package core_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/core"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/protocol"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

var alice = types.NamedAddress("alice")

// host carries out what one machine wants over a chain in memory, when the test lets
// it: effects wait in out until the test takes them.
type host struct {
	t       *testing.T
	now     time.Time
	chain   *chain.Chain
	pool    *mempool.Reader
	config  core.Config
	machine *core.Machine
	out     []core.Effect
	job     core.Job // the last one
}

var self = types.NodeID{0x80}

func newHost(t *testing.T, change ...func(*core.Config)) *host {
	genesis := chaintest.Genesis()
	h := &host{t: t, now: chaintest.Now()}
	var err error
	h.chain, err = chain.Open(store.NewMemory(), genesis, func() time.Time { return h.now })
	require.NoError(t, err)
	config := core.Config{
		Protocol: core.DefaultProtocol(0), Self: types.NodeInfo{ID: self, P2P: []string{"here"}}, Genesis: genesis.Params.GenesisID,
		Payout: types.NamedAddress("self"), Mining: mining.Default(1), Seed: [2]uint64{1, 2},
	}
	for _, f := range change {
		f(&config)
	}
	h.config = config
	h.restart()
	return h
}

// restart begins the node's next life, with an empty mempool.
func (h *host) restart() {
	h.pool = mempool.NewReader(mempool.New(mempool.DefaultLimits(), h.chain.Tip()), h.chain, func() time.Time { return h.now })
	h.machine, h.out = core.New(h.config, h.chain.View(), h.pool.Pool), nil
}

func (h *host) handle(in core.Input) {
	effects := h.machine.Handle(h.now, in)
	for _, effect := range effects {
		if job, ok := effect.(core.Job); ok {
			h.job = job
		}
	}
	h.out = append(h.out, effects...)
}

// take removes the waiting effects of a kind.
func take[E core.Effect](h *host) (taken []E) {
	var rest []core.Effect
	for _, effect := range h.out {
		if e, ok := effect.(E); ok {
			taken = append(taken, e)
		} else {
			rest = append(rest, effect)
		}
	}
	h.out = rest
	return taken
}

// one takes the only waiting effect of a kind.
func one[E core.Effect](h *host) E {
	h.t.Helper()
	list := take[E](h)
	require.Len(h.t, list, 1)
	return list[0]
}

// write does the Write that waits.
func (h *host) write() core.Written {
	h.t.Helper()
	done := one[core.Write](h).To(h.chain)
	h.handle(done)
	return done
}

// follow does the Follow that waits.
func (h *host) follow() {
	h.t.Helper()
	require.NoError(h.t, one[core.Follow](h).Read(h.chain, h.pool, func(step core.Followed) { h.handle(step) }))
}

// peer has a node that has the genesis block, and nothing pending, dial and greet.
func (h *host) peer(n byte) types.NodeID {
	id := types.NodeID{n}
	h.handle(core.Connected{Peer: id})
	hello := protocol.Hello{Version: protocol.Version, Genesis: h.chain.Genesis().Params.GenesisID, Self: types.NodeInfo{ID: id, P2P: []string{"there"}}}
	hello.Tip.ID = hello.Genesis
	h.says(id, hello)
	h.says(id, protocol.HaveShort{All: true})
	h.out = nil
	return id
}

func (h *host) says(id types.NodeID, m protocol.Message) {
	h.handle(core.Received{Peer: id, Frame: protocol.Encode(m)})
}

// sent takes the waiting messages of a kind.
func sent[M protocol.Message](h *host) (list []M) {
	var rest []core.Effect
	for _, effect := range h.out {
		if s, ok := effect.(core.Send); ok {
			if m, ok := s.Message.(M); ok {
				list = append(list, m)
				continue
			}
		}
		rest = append(rest, effect)
	}
	h.out = rest
	return list
}

// next is a good block on the chain's tip.
func (h *host) next(transfers ...types.Transaction) types.Block {
	return chaintest.Next(h.chain.Tip(), alice, transfers...)
}

// transfer is a coin of alice's.
func (h *host) transfer(sequence uint64) types.Transaction {
	return chaintest.Transfer(types.NamedKey("alice"), h.chain.Genesis().Params.GenesisID, sequence,
		types.NamedAddress("bob"), types.Coin, types.Coin/1000)
}

// post brings a client's transfer as far as the disk.
func (h *host) post(number uint64, t types.Transaction) {
	h.t.Helper()
	h.handle(core.Admit{Number: number, Transaction: t}.Check(h.pool))
	require.Equal(h.t, []types.Transaction{t}, one[core.Persist](h).Transfers)
	h.handle(core.Persisted{Numbers: []uint64{number}})
	require.NoError(h.t, one[core.Answer](h).Err)
}
