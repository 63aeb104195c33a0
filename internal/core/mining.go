package core

import (
	"slices"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/events"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// refresh is how long a template is worked on before it is made anew, with the
// transfers that have come meanwhile.
const refresh = time.Second

// miner is what this node mines: first the blocks that somebody waits for, then those
// that the schedule wants.
type miner struct {
	schedule  mining.Schedule
	set       uint64    // number of the SetMining that schedule follows; 0 for none
	orders    []*order  // the one under way first
	job       job       // that was given last
	writing   int       // runs of blocks that are being written
	refreshAt time.Time // when the job is given anew; zero for now, if there is one
	wakeAt    time.Time // when the schedule wants to be asked again; zero for never
	ended     bool      // this node leaves, and what it mined from now on would reach nobody
}

// order is blocks in a row that somebody waits for. The node catches up with its peers
// before the first and after the last.
type order struct {
	Mine
	stage     stage
	blocks    []types.Block // mined so far
	untold    int           // of those, mined aside, that peers were not told of yet
	hashes    uint64        // that were tried for them
	writing   bool          // some that were found for it
	cancelled bool          // nobody waits for it any more
}

type stage uint8

const (
	waiting   stage = iota // for its turn
	catching               // up with the peers
	searching              // for blocks
	closing                // catching up once more
)

// job is what is searched for: nothing, if there are no blocks in it.
type job struct {
	blocks int
	call   uint64 // number of the Mine or SetMining that it is for
	data   []byte
	on     types.Hash // the block to mine on; zero for the tip
}

// first is the order under way, or nil.
func (x *miner) first() *order {
	if len(x.orders) == 0 {
		return nil
	}
	return x.orders[0]
}

// next is what is to be searched for now.
func (x *miner) next(now time.Time, pending bool) (next job) {
	x.wakeAt = time.Time{}
	switch o := x.first(); {
	case x.ended || x.writing > 0:
	case o != nil && o.stage == searching:
		return job{o.Count - len(o.blocks), o.Number, o.Data, o.end()}
	default:
		next.call = x.set
		next.blocks, x.wakeAt = x.schedule.Next(now, pending)
	}
	return next
}

// nextWake is when the miner has something to do; zero for never.
func (x *miner) nextWake() time.Time {
	if x.job.blocks > 0 {
		return times.First(x.wakeAt, x.refreshAt)
	}
	return x.wakeAt
}

func (m *Machine) ordered(in Mine) { m.mining.orders = append(m.mining.orders, &order{Mine: in}) }

// mineOn gives the worker another job where that is due.
func (m *Machine) mineOn() {
	x := &m.mining
	if m.writes.following && !x.ended {
		return // the template would be of a tip that is no more
	}
	next := x.next(m.now, m.pool.Len() > 0)
	same := next.blocks > 0 == (x.job.blocks > 0) && next.call == x.job.call
	if same && (next.blocks == 0 || m.now.Before(x.refreshAt)) {
		return
	}
	x.job = next
	m.do(Job{m.jobOf(next)})
}

// serveOrder begins the order whose turn has come, or ends it where nothing may be
// mined.
func (m *Machine) serveOrder() {
	o := m.mining.first()
	switch {
	case o == nil || o.writing || o.stage == closing:
	case m.mining.ended || m.mining.schedule.Settings().Mode == mining.Off:
		m.endOrder(mining.ErrOff)
		m.serveOrder()
	case o.aside():
		m.serveAside(o)
	case o.stage == waiting:
		m.catchUp(o, catching)
	}
}

// catchUp has an order wait, in a stage, until the node has caught up with its peers.
// One that does not relay mines on its own tip.
func (m *Machine) catchUp(o *order, s stage) {
	o.stage = s
	if m.config.Protocol.NoRelay {
		m.resolved(o.Number)
		return
	}
	m.engage(Resolve{Number: o.Number})
}

// jobOf is next with all that is needed to search for it.
func (m *Machine) jobOf(next job) mining.Job {
	made := mining.Job{
		Call: next.call, Blocks: next.blocks, Data: next.data,
		Payout: m.config.Payout, Power: m.mining.schedule.Settings().Power,
	}
	if next.blocks > 0 {
		made.State, made.Transfers = m.template(mining.Room(next.data))
		m.placeAside(&made, next)
		m.mining.refreshAt = m.now.Add(refresh)
	}
	if m.play.strategy != nil {
		made.Blocks = min(made.Blocks, 1) // which decides what the next one is mined on
	}
	return made
}

// template is what is mined on, and what the next block holds: nothing on a branch that
// is not the main chain, as its accounts are not known.
func (m *Machine) template(room int) (consensus.State, []types.Transaction) {
	p := &m.play
	state, transfers := m.pool.Template(room)
	transfers = m.mining.schedule.Settings().Strategy.Filter(transfers)
	if p.strategy == nil {
		return state, transfers
	}
	if end := p.end().ID; end != state.ID {
		state, _ = m.view.State(end)
		transfers = nil
	}
	if p.settings.Name == strategy.DoubleSpend && p.shown == len(p.own) {
		transfers = []types.Transaction{p.settings.Conflict}
	}
	return state, transfers
}

// setMining has the node mine by other settings from now on. What is acknowledged after it
// outlives a kill.
func (m *Machine) setMining(number uint64, settings mining.Settings) {
	before := m.mining.schedule.Settings()
	m.mining.schedule.Set(m.now, settings)
	if !before.Strategy.Normal().Same(settings.Strategy.Normal()) {
		m.setStrategy(settings.Strategy)
	}
	m.mining.set, m.mining.refreshAt = number, time.Time{}
	m.tellMining(before, settings)
	m.keepPlay()
}

// resolved goes on with the order that catches up with the peers, or tells who wanted
// just that.
func (m *Machine) resolved(number uint64) {
	o := m.mining.first()
	switch {
	case o == nil || o.Number != number:
		m.do(Answer{Number: number})
	case o.stage == catching:
		o.stage = searching
	default:
		m.endOrder(nil)
	}
}

// solved writes what was found, unless the search has ended for good meanwhile.
func (m *Machine) solved(in Solved) {
	if m.mining.ended {
		m.do(Answer{Number: in.Number})
		return
	}
	m.mining.writing++
	aside := false
	if o := m.mining.first(); o != nil && o.Number == in.Call {
		o.writing, aside = true, o.aside()
	}
	blocks := make([]types.Block, len(in.Found))
	for i := range in.Found {
		blocks[i] = in.Found[i].Block
	}
	m.write(write{blocks: blocks, found: in.Found, by: worker, number: in.Number, call: in.Call, aside: aside})
}

// mined counts what has become the tip or its ancestors.
func (m *Machine) mined(done *write, w Written) {
	m.mining.writing--
	m.mining.refreshAt = time.Time{}
	taken := 0
	switch {
	case w.Err != nil || m.play.strategy != nil:
		taken = min(w.Change.Added, len(done.blocks))
	case w.Change.Moved || done.aside:
		taken = len(done.blocks)
	}
	withheld := done.aside && !w.Change.Moved
	m.tellMined(done.found[:taken], withheld)
	m.do(Answer{Number: done.number, Added: taken, Err: w.Err})
	if o := m.mining.first(); o != nil && o.writing && o.Number == done.call {
		if withheld {
			o.untold += taken
		}
		m.minedFor(o, done.found[:taken], w.Err)
	} else if done.call == m.mining.set && taken > 0 {
		m.minedBySchedule(taken)
	}
}

// minedBySchedule counts blocks that the node mined by itself.
func (m *Machine) minedBySchedule(blocks int) {
	schedule := &m.mining.schedule
	schedule.Mined(m.now, blocks)
	if schedule.Done() {
		m.tell(events.MiningStopped{Mined: schedule.Settings().Blocks})
	}
}

// minedFor counts blocks for an order.
func (m *Machine) minedFor(o *order, found []mining.Found, err error) {
	o.writing = false
	for i := range found {
		o.blocks, o.hashes = append(o.blocks, found[i].Block), o.hashes+found[i].Hashes
	}
	switch {
	case err != nil || o.cancelled:
		m.endOrder(err)
	case o.aside():
		m.minedAside(o)
	case len(o.blocks) >= o.Count:
		m.catchUp(o, closing)
	}
}

// cancelled ends an order for which nobody waits any more, once what was found for it
// is written.
func (m *Machine) cancelled(number uint64) {
	at := slices.IndexFunc(m.mining.orders, func(o *order) bool { return o.Number == number })
	switch {
	case at < 0:
	case m.mining.orders[at].writing:
		m.mining.orders[at].cancelled = true
	case at == 0:
		m.endOrder(nil)
	default:
		m.do(Answer{Number: number})
		m.mining.orders = slices.Delete(m.mining.orders, at, at+1)
	}
}

// endOrder tells who waits for the order under way, once the mempool is at the tip: who
// looks at it next finds nothing that was mined.
func (m *Machine) endOrder(err error) {
	o := m.mining.first()
	m.mining.orders = slices.Delete(m.mining.orders, 0, 1)
	m.abandonAside(o)
	m.owed = append(m.owed, Answer{Number: o.Number, Err: err, Blocks: o.blocks, Hashes: o.hashes})
}
