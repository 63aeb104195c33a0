package report

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// imagined makes events of any kind, in any order, with few names so that they meet.
type imagined struct {
	random *rand.Rand
	offset uint64
	now    time.Time
}

func (m *imagined) hash() types.Hash { return types.Hash{byte(m.random.IntN(30))} }

func (m *imagined) ref() events.BlockRef {
	h := m.hash()
	index := uint64(h[0])
	if m.random.IntN(8) == 0 {
		index = m.random.Uint64() >> m.random.IntN(64)
	}
	return events.BlockRef{Hash: h, Index: index}
}

func (m *imagined) number() float64 {
	strange := []float64{0, -1, 1e-300, math.MaxFloat64, 1, 60, 1e12}
	return strange[m.random.IntN(len(strange))]
}

func (m *imagined) id() types.NodeID { return types.NodeID{byte(m.random.IntN(4))} }

func (m *imagined) word() string {
	words := []string{"", "n1", "continuous", "interval", "fault", "crash", "gone", "asked", "<b>&\x1b[0m\"'\xff", "=1+1"}
	return words[m.random.IntN(len(words))]
}

func (m *imagined) work() string {
	works := []string{"", "0", "100", "-5", "no number", "99999999999999999999999999999999999"}
	return works[m.random.IntN(len(works))]
}

func (m *imagined) int() int { return m.random.IntN(5) - 1 }

func (m *imagined) data() events.Data {
	ids := m.id()
	all := []events.Data{
		events.NodeUp{ID: m.id(), Address: m.word()}, events.NodeDown{Why: m.word(), Message: m.word(), Clean: m.int() > 0, Last: m.word()},
		events.NodePaused{}, events.NodeResumed{}, events.NodeSilent{Error: m.word()}, events.PeerBanned{Peer: m.id(), Why: m.word()},
		events.BlockMined{BlockRef: m.ref(), Previous: m.hash(), Miner: m.id().Account(), Seconds: m.number(), Hashes: m.random.Uint64(), Size: m.int()},
		events.BlockReceived{BlockRef: m.ref()}, events.BlockRefused{BlockRef: m.ref(), Rule: m.word(), From: &ids},
		events.BlockConnected{BlockRef: m.ref(), Previous: m.hash(), Miner: m.id().Account()},
		events.BlockConnected{BlockRef: m.ref(), Previous: m.hash()},
		events.TipMoved{BlockRef: m.ref(), Work: m.work()},
		events.Reorg{From: m.ref(), To: m.ref(), Fork: m.ref(), Depth: m.int(), Returned: m.int(), Dropped: m.int(), Held: m.int()},
		events.MiningStarted{Mode: m.word(), Hashrate: m.number()}, events.MiningChanged{Mode: m.word(), Hashrate: m.number()},
		events.MiningStopped{}, events.NetworkUp{Network: m.word(), Seconds: m.number()}, events.NetworkDown{},
		events.Notice{Text: m.word()}, events.Gap{First: m.random.Uint64(), Last: m.random.Uint64()},
		events.Unknown{Of: "what"}, events.TransactionSubmitted{},
	}
	if m.random.IntN(200) == 0 {
		return events.NetworkChanged{Network: m.word()}
	}
	return all[m.random.IntN(len(all))]
}

func (m *imagined) event() *events.Event {
	m.offset++
	step := time.Duration(m.random.Int64N(int64(3*time.Second))) - time.Second
	m.now = m.now.Add(step)
	at := m.now
	if m.random.IntN(100) == 0 {
		at = time.Unix(int64(m.random.Uint64()>>m.random.IntN(64)), 0)
	}
	data := m.data()
	node := ""
	if m.random.IntN(10) > 0 {
		node = fmt.Sprintf("n%d", m.random.IntN(4))
	}
	return &events.Event{Offset: m.offset, Time: at, Type: data.Type(), Node: node, Data: data}
}

// requireTold makes a report of any events in all forms.
func requireTold(t *testing.T, seed uint64, count int) {
	t.Helper()
	m := &imagined{random: rand.New(rand.NewPCG(seed, 1)), now: noon}
	f := NewFold()
	for range count {
		f.Apply(m.event())
	}
	r := f.Report(Options{Made: noon})
	for _, form := range Forms {
		require.NoError(t, r.Write(io.Discard, form), "seed %d", seed)
	}
	html(t, r)
	require.Equal(t, r.Totals.Known, r.Totals.Main+r.Totals.Stale+r.Totals.Open+beyond(r), "seed %d", seed)
}

func beyond(r *Report) (count int) {
	for _, b := range r.Blocks {
		if b.Fate == Beyond {
			count++
		}
	}
	return count
}

// Whatever is told, in whatever order, the report stands.
func TestAnyEvents(t *testing.T) {
	for seed := range uint64(30) {
		requireTold(t, seed, 20+5*int(seed))
	}
}

func FuzzReport(f *testing.F) {
	f.Add(uint64(1), uint16(100))
	f.Fuzz(func(t *testing.T, seed uint64, count uint16) { requireTold(t, seed, int(count%2000)) })
}
