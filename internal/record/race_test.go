package record_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/core"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/record"
	"networkmngr/internal/store"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

var seedFlag = flag.Uint64("seed", 0, "of the races; 0 for a random one")

// race is nodes that mine against one another, and are cut in two now and then. Each is
// recorded.
type race struct {
	t      *testing.T
	random *rand.Rand
	now    time.Time
	hosts  []*host
	queue  []delivery
	cut    bool // between even and odd numbers
	reorgs int
	posted int
}

// delivery is an input that is to come, unless its host cannot be reached by then.
type delivery struct {
	at   time.Time
	to   *host
	from *host // by the line "over", or nil
	over *line
	in   core.Input
	does func() // instead, if it is not nil
}

// line is one way of a connection, which keeps the order of what is sent.
type line struct{ last time.Time }

// host carries out what a machine wants.
type host struct {
	race      *race
	number    int
	id        types.NodeID
	chain     *chain.Chain
	pool      *mempool.Pool
	machine   *core.Machine
	peers     map[*host]*line
	recording bytes.Buffer
	writer    *record.Writer
	job       int // jobs so far
	sequence  uint64
	asked     uint64 // numbers used so far
}

func newRace(t *testing.T, count int) *race {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	r := &race{t: t, random: rand.New(rand.NewPCG(seed, 1)), now: chaintest.Now()}
	for number := range count {
		r.hosts = append(r.hosts, r.newHost(number))
	}
	for _, a := range r.hosts {
		for _, b := range r.hosts[:a.number] {
			r.link(a, b)
		}
	}
	return r
}

func (r *race) newHost(number int) *host {
	genesis := chaintest.Genesis()
	h := &host{race: r, number: number, id: types.NodeID{byte(number + 1)}, peers: make(map[*host]*line)}
	var err error
	h.chain, err = chain.Open(store.NewMemory(), genesis, func() time.Time { return r.now })
	require.NoError(r.t, err)
	view := h.chain.View()
	h.pool = mempool.New(mempool.DefaultLimits(), h.chain.Tip())
	h.chain.TrustSignatures(h.pool.Has)
	h.chain.Follow(h.pool.At)
	config := core.Config{
		Protocol: core.DefaultProtocol(8), Self: types.NodeInfo{ID: h.id, Address: fmt.Sprint(number)}, Genesis: genesis.Params.GenesisID,
		Payout: types.NamedAddress(fmt.Sprint("miner ", number)), Mining: mining.Default(1), Seed: [2]uint64{r.random.Uint64(), uint64(number)},
	}
	h.writer, err = record.NewWriter(&h.recording, r.now, record.NewHeader("test/1", genesis, config, view, h.pool))
	require.NoError(r.t, err)
	h.machine = core.New(config, view, h.pool)
	return h
}

// soon is a moment of so many milliseconds at most.
func (r *race) soon(most int) time.Time {
	return r.now.Add(time.Duration(1+r.random.IntN(most*1000)) * time.Microsecond)
}

func (r *race) add(d delivery) {
	at, _ := slices.BinarySearchFunc(r.queue, d, func(a, b delivery) int {
		return cmp.Or(a.at.Compare(b.at), -1) // after those of the same moment
	})
	r.queue = slices.Insert(r.queue, at, d)
}

func (r *race) link(a, b *host) {
	a.peers[b], b.peers[a] = new(line), new(line)
	a.tell(core.Connected{Peer: b.id, Outbound: true})
	b.tell(core.Connected{Peer: a.id})
}

func (r *race) unlink(a, b *host) {
	if a.peers[b] == nil {
		return
	}
	delete(a.peers, b)
	delete(b.peers, a)
	a.tell(core.Disconnected{Peer: b.id})
	b.tell(core.Disconnected{Peer: a.id})
}

// tell has an input happen next.
func (h *host) tell(in core.Input) { h.race.add(delivery{at: h.race.now, to: h, in: in}) }

// later has it happen soon.
func (h *host) later(in core.Input) { h.race.add(delivery{at: h.race.soon(3), to: h, in: in}) }

// run goes on until nothing but waiting is left, or for so long.
func (r *race) run(span time.Duration) {
	for end := r.now.Add(span); len(r.queue) > 0 && !r.queue[0].at.After(end); {
		d := r.queue[0]
		r.queue = r.queue[1:]
		r.now = d.at
		switch {
		case d.does != nil:
			d.does()
		case d.over == nil || d.over == d.from.peers[d.to]:
			d.to.handle(d.in)
		}
	}
}

func (h *host) handle(in core.Input) {
	before := h.machine.NextWake()
	if _, wake := in.(core.Wake); wake && before.After(h.race.now) {
		return // wanted no more
	}
	effects := h.machine.Handle(h.race.now, in)
	h.writer.Step(h.race.now, in, effects)
	for _, e := range effects {
		h.carryOut(e)
	}
	if wake := h.machine.NextWake(); !wake.IsZero() && !wake.Equal(before) {
		h.race.add(delivery{at: times.Later(wake, h.race.now.Add(time.Millisecond)), to: h, in: core.Wake{}})
	}
}

func (h *host) peer(id types.NodeID) *host { return h.race.hosts[id[0]-1] }

func (h *host) carryOut(e core.Effect) {
	switch e := e.(type) {
	case core.Send:
		h.send(e.Peer, e.Frame)
	case core.Drop:
		h.race.unlink(h, h.peer(e.Peer))
	case core.Dial:
		h.later(core.DialFailed{Peer: e.Node.ID})
	case core.Serve:
		frames, err := e.Frames(h.chain, h.pool.Get)
		for frame := range frames {
			h.send(e.Peer, frame)
		}
		h.later(core.Served{Peer: e.Peer, Number: e.Number, Err: err})
	case core.Write:
		h.write(e)
	case core.Follow:
		require.NoError(h.race.t, mempool.Way(h.chain, e.From, h.pool.Concerns, func(_ consensus.State, s mempool.Step) error {
			h.tell(core.Followed{Step: s})
			return nil
		}))
	case core.Admit:
		h.admit(e)
	case core.Persist:
		h.later(core.Persisted{Numbers: []uint64{e.Number}})
	case core.Job:
		h.search(e)
	case core.Answer:
		h.answered(e)
	case core.Fail:
		h.race.t.Fatal(e.Err)
	}
}

func (h *host) send(to types.NodeID, frame []byte) {
	over := h.peers[h.peer(to)]
	if over == nil {
		return // the connection ended
	}
	over.last = times.Later(over.last, h.race.soon(3))
	h.race.add(delivery{at: over.last, to: h.peer(to), from: h, over: over, in: core.Received{Peer: h.id, Frame: frame}})
}

func (h *host) write(e core.Write) {
	do := func() (chain.Change, error) { return h.chain.AddBlocks(e.Blocks...) }
	if e.Whole {
		do = func() (chain.Change, error) { return h.chain.Replace(e.Blocks) }
	}
	change, err := do()
	if change.Reverted > 0 {
		h.race.reorgs++
	}
	h.later(core.Written{Change: change, Err: err})
}

func (h *host) admit(e core.Admit) {
	accounts, at, err := h.chain.Accounts(e.Transaction.Sender())
	require.NoError(h.race.t, err)
	o := mempool.Offer{Transaction: e.Transaction, Account: accounts[e.Transaction.Sender()], At: at.ID, Local: e.Number != 0}
	if !e.Checked {
		err = h.pool.Check(o)
	}
	h.later(core.Admitted{Number: e.Number, Transaction: e.Transaction, Account: o.Account, At: o.At, Err: err})
}

// search finds a block after a while, if the job is still wanted.
func (h *host) search(e core.Job) {
	h.job++
	job, r := h.job, h.race
	if e.Blocks == 0 {
		return
	}
	r.add(delivery{at: r.soon(100), does: func() {
		if h.job == job {
			h.asked++
			h.handle(core.Solved{Number: h.asked, Call: e.Call, Found: []mining.Found{{Block: chaintest.Next(e.State, e.Payout, e.Transfers...)}}})
		}
	}})
}

func (h *host) answered(core.Answer) {}

// post brings a client's next transfer.
func (h *host) post() {
	name := chaintest.Names[h.number%len(chaintest.Names)]
	t := chaintest.Transfer(types.NamedKey(name), h.chain.Genesis().Params.GenesisID, h.sequence, types.NamedAddress("nobody"), 1, 1)
	h.sequence++
	h.race.posted++
	h.asked++
	h.admit(core.Admit{Number: h.asked, Transaction: t})
}

func (h *host) mine(count int) {
	h.asked++
	h.tell(core.Mine{Number: h.asked, Count: count})
}
