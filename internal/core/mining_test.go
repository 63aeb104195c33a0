package core

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/events"
	"networkmngr/internal/mempool"
	"networkmngr/internal/mining"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// rig is a machine without peers, and what carries its effects out, all in one
// goroutine and in the rig's own time. Nothing is searched for but by search.
type rig struct {
	t interface {
		require.TestingT
		Context() context.Context
	}
	machine *Machine
	chain   *chain.Chain
	pool    *mempool.Reader
	worker  mining.Worker
	now     time.Time

	number  uint64            // of the last request
	answers map[uint64]Answer // by number
	job     mining.Job
	mined   []events.BlockMined
	secret  int // blocks that the node has told it withholds
	stopped int // events.MiningStopped that tell of blocks
}

func newRig(t *rapid.T) *rig {
	r := &rig{t: t, now: chaintest.Now(), answers: make(map[uint64]Answer)}
	clock := func() time.Time { return r.now }
	network := chaintest.Genesis()
	var err error
	r.chain, err = chain.Open(store.NewMemory(), network, clock)
	require.NoError(t, err)
	r.pool = mempool.NewReader(mempool.New(mempool.DefaultLimits(), r.chain.Tip()), r.chain, clock)
	r.worker.Clock = mining.Clock{Now: clock, Wall: clock, Wait: func(context.Context, time.Duration) error { return nil }}
	r.machine = New(Config{
		Protocol: DefaultProtocol(8), Genesis: network.Params.GenesisID,
		Payout: types.NamedAddress("alice"), Mining: mining.Default(1),
	}, r.chain.View(), r.pool.Pool)
	return r
}

// tell brings an input to the machine, and carries out what follows.
func (r *rig) tell(in Input) {
	for inputs := []Input{in}; len(inputs) > 0; inputs = inputs[1:] {
		for _, effect := range r.machine.Handle(r.now, inputs[0]) {
			inputs = append(inputs, r.carry(effect)...)
		}
	}
}

// carry carries one effect out, and returns what comes of it.
func (r *rig) carry(effect Effect) (next []Input) {
	switch e := effect.(type) {
	case Write:
		return []Input{e.To(r.chain)}
	case Follow:
		require.NoError(r.t, e.Read(r.chain, r.pool, func(f Followed) { next = append(next, f) }))
	case Answer:
		require.NotContains(r.t, r.answers, e.Number, "answered twice")
		r.answers[e.Number] = e
	case Job:
		r.job = e.Job
	case Tell:
		r.told(e.Data)
	case Fail:
		require.NoError(r.t, e.Err)
	}
	return next
}

func (r *rig) told(data events.Data) {
	switch data := data.(type) {
	case events.BlockMined:
		r.mined = append(r.mined, data)
		if data.Withheld {
			r.secret++
		}
	case events.BlocksPublished:
		require.Equal(r.t, r.secret, data.Blocks+data.Withheld)
		r.secret = data.Withheld
	case events.BlocksAbandoned:
		require.Equal(r.t, r.secret, data.Blocks)
		r.secret = 0
	case events.MiningStopped:
		if data.Mined > 0 {
			r.stopped++
		}
	}
}

// ask makes a request with the next number.
func (r *rig) ask(in func(number uint64) Input) (number uint64) {
	r.number++
	r.tell(in(r.number))
	return r.number
}

func (r *rig) set(s mining.Settings) uint64 {
	number := r.ask(func(number uint64) Input { return SetMining{Number: number, Settings: s} })
	require.NoError(r.t, r.answers[number].Err)
	return number
}

// search finds at most so many blocks of a job.
func (r *rig) search(job mining.Job, most int) []mining.Found {
	job.Blocks = min(job.Blocks, most)
	found, err := r.worker.Search(r.t.Context(), job)
	require.NoError(r.t, err)
	return found
}

// submit returns how many of the blocks have become the tip or its ancestors.
func (r *rig) submit(job mining.Job, found []mining.Found) int {
	number := r.ask(func(number uint64) Input { return Solved{Number: number, Call: job.Call, Found: found} })
	return r.answers[number].Added
}

func drawSettings(t *rapid.T) mining.Settings {
	s := mining.Default(1)
	s.Mode = rapid.SampledFrom(mining.Modes).Draw(t, "mode")
	if s.Mode == mining.Interval {
		s.Interval = rapid.Float64Range(1, 10).Draw(t, "interval")
	}
	if s.Mode.ByItself() {
		s.Blocks = rapid.IntRange(0, 5).Draw(t, "blocks")
	}
	require.NoError(t, s.Validate())
	return s
}

// Whatever is asked of a node, and whenever its worker finds blocks, also such as are
// of settings and calls of before: a call has its own blocks and no others, with its
// data, in a row; a node mines by itself no more blocks than it is set to, and nothing
// while it is off; every call is answered once, and none waits once it may not.
func TestMiningOfAMachine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t)
		settings, set := mining.Default(1), uint64(0)
		byItself, done := 0, 0 // blocks since set, and how often they were all that were wanted
		calls := make(map[uint64]Mine)
		old := []mining.Job{{}} // that have been given
		find := func(job mining.Job, most int) int {
			taken := r.submit(job, r.search(job, most))
			if job.Call == set {
				byItself += taken
			}
			if job.Call == set && taken > 0 && byItself == settings.Blocks {
				done++
			}
			require.Equal(t, done, r.stopped, "that all are mined is told once")
			return taken
		}
		step := map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				settings, byItself = drawSettings(t), 0
				set = r.set(settings)
			},
			"call": func(t *rapid.T) {
				data := rapid.SampledFrom([][]byte{nil, []byte(`1`), []byte(`"two"`)}).Draw(t, "data")
				count := rapid.IntRange(1, 4).Draw(t, "count")
				number := r.ask(func(number uint64) Input {
					calls[number] = Mine{Number: number, Count: count, Data: data}
					return calls[number]
				})
				if settings.Mode == mining.Off {
					require.ErrorIs(t, r.answers[number].Err, mining.ErrOff)
				}
			},
			"cancel": func(t *rapid.T) {
				if len(calls) > 0 {
					r.tell(Cancel{Number: rapid.SampledFrom(keys(calls)).Draw(t, "number")})
				}
			},
			"find": func(t *rapid.T) {
				if r.job.Blocks == 0 {
					return
				}
				require.Positive(t, find(r.job, rapid.IntRange(1, 4).Draw(t, "most")), "nobody else mines")
			},
			"find too late": func(t *rapid.T) {
				job := rapid.SampledFrom(old[max(0, len(old)-3):]).Draw(t, "job") // more often on the tip of now
				if job.Blocks > 0 && job.Call != r.job.Call {
					find(job, 1)
				}
			},
			"pass": func(t *rapid.T) {
				r.now = r.now.Add(time.Duration(rapid.IntRange(1, 5000).Draw(t, "milliseconds")) * time.Millisecond)
				r.tell(Wake{})
			},
			"": func(t *rapid.T) {
				old = append(old, r.job)
				checkMining(t, r, settings, set, byItself, calls)
			},
		}
		t.Repeat(step)
	})
}

func checkMining(t *rapid.T, r *rig, settings mining.Settings, set uint64, byItself int, calls map[uint64]Mine) {
	waiting := 0
	for number, call := range calls {
		a, answered := r.answers[number]
		if !answered {
			waiting++
			continue
		}
		require.LessOrEqual(t, len(a.Blocks), call.Count)
		for i, b := range a.Blocks {
			require.Equal(t, call.Data, b.Transactions[0].Data)
			require.Equal(t, a.Blocks[0].Height()+uint64(i), b.Height())
		}
		if a.Err == nil && settings.Mode != mining.Off && len(a.Blocks) < call.Count {
			require.NotEqual(t, number, r.job.Call, "whoever gave up waits no more")
		}
	}
	if settings.Blocks > 0 {
		require.LessOrEqual(t, byItself, settings.Blocks)
	}
	switch {
	case settings.Mode == mining.Off:
		require.Zero(t, r.job.Blocks)
		require.Zero(t, waiting)
	case waiting > 0:
		require.Positive(t, r.job.Blocks, "somebody waits")
		require.Contains(t, calls, r.job.Call)
	case r.job.Blocks > 0:
		require.Equal(t, set, r.job.Call)
		require.True(t, settings.Mode.ByItself())
	case settings.Mode == mining.Continuous:
		require.Equal(t, settings.Blocks, byItself, "it rests only when all are mined")
	}
	require.Len(t, r.mined, int(r.chain.Tip().Height))
}

// keys are in order, so that the same draw means the same.
func keys(calls map[uint64]Mine) []uint64 {
	return slices.Sorted(maps.Keys(calls))
}

// Events have the words of the modes, and the same idea of which are at rest.
func TestModesAreCalledTheSameInEvents(t *testing.T) {
	for mode, word := range map[mining.Mode]string{mining.Off: events.MiningOff, mining.Demand: events.MiningOnDemand, mining.Continuous: events.MiningOn} {
		require.Equal(t, string(mode), word)
	}
	for _, mode := range mining.Modes {
		require.Equal(t, mode.ByItself(), events.MinesByItself(string(mode)), mode)
	}
}
