package protocol

import (
	"slices"
	"testing"
	"time"

	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// promise is how long a block may take, from when a sound peer has it, whatever
// others do.
const promise = 2 * time.Second

// crowd is an engine among peers that answer by themselves, each in its way.
type crowd struct {
	*script
	answers map[types.NodeID]func(Message)
	later   []answer
	order   []types.NodeID
}

// answer is said once its time has come.
type answer struct {
	at time.Time
	id types.NodeID
	m  Message
}

func newCrowd(t *testing.T) *crowd {
	return &crowd{script: newScript(t), answers: map[types.NodeID]func(Message){}}
}

// enter joins a peer that is at our tip.
func (c *crowd) enter(n byte, answers func(id types.NodeID, m Message)) types.NodeID {
	id := c.join(n, c.chain.Tip())
	c.behave(id, answers)
	return id
}

func (c *crowd) behave(id types.NodeID, answers func(id types.NodeID, m Message)) {
	c.order = append(c.order, id)
	c.answers[id] = func(m Message) { answers(id, m) }
}

// reply has a peer say m after a while.
func (c *crowd) reply(id types.NodeID, after time.Duration, m Message) {
	c.later = append(c.later, answer{c.now.Add(after), id, m})
}

// silent peers answer pings, to be kept, and nothing else.
func (c *crowd) silent(id types.NodeID, m Message) {
	if ping, ok := m.(Ping); ok {
		c.reply(id, 0, Pong{Number: ping.Number, Tip: c.engine.published.tip})
	}
}

// sound peers have blocks and answer after a delay.
func (c *crowd) sound(delay time.Duration, blocks ...types.Block) func(types.NodeID, Message) {
	return func(id types.NodeID, m Message) {
		switch m := m.(type) {
		case GetHeaders:
			c.reply(id, delay, answerOf(blocks...))
		case GetBlocks:
			for _, b := range byID(blocks, m.IDs) {
				c.reply(id, delay, blocksOf(b))
			}
		case GetCompact:
			for _, b := range byID(blocks, wanted(m)) {
				c.reply(id, delay, makeCompact(&b, 1))
			}
		case GetBlockTransactions:
			b := byID(blocks, []types.Hash{m.Block})[0]
			picked, err := pickTransactions(&b, m)
			require.NoError(c.t, err)
			c.reply(id, delay, picked)
		case Ping:
			c.reply(id, delay, Pong{Number: m.Number, Tip: claimOf(chaintest.After(c.chain.Tip(), blocks...))})
		}
	}
}

// wanted are the blocks that a message asks for.
func wanted(m Message) []types.Hash {
	switch m := m.(type) {
	case GetBlocks:
		return m.IDs
	case GetCompact:
		return []types.Hash{m.Block}
	}
	return nil
}

// step does what the engine wants done and says what is due; then it lets the
// time pass until something is to happen.
func (c *crowd) step() {
	for _, drop := range takeAll(c.script, func(Drop) bool { return true }) {
		delete(c.answers, drop.Peer)
		c.handle(Disconnected{Peer: drop.Peer})
	}
	c.verifyWhatCame()
	for _, id := range c.order {
		for _, send := range takeAll(c.script, func(a Send) bool { return a.Peer == id }) {
			if act := c.answers[id]; act != nil {
				act(send.Message)
			}
		}
	}
	at := c.now.Add(time.Second)
	if wake := c.engine.NextWake(); !wake.IsZero() && wake.Before(at) {
		at = wake
	}
	for _, a := range c.later {
		if a.at.Before(at) {
			at = a.at
		}
	}
	c.wait(at.Sub(c.now))
	due := c.later
	c.later = nil
	for _, a := range due {
		if a.at.After(c.now) {
			c.later = append(c.later, a)
		} else {
			c.says(a.id, a.m)
		}
	}
	c.verifyWhatCame()
}

func (c *crowd) verifyWhatCame() {
	for c.engine.downloads.verifying != nil {
		require.NoError(c.t, c.verify())
	}
}

// verifiesWithin requires that a block is the tip within a time from now.
func (c *crowd) verifiesWithin(limit time.Duration, b types.Block) {
	c.t.Helper()
	began := c.now
	c.verifyWhatCame()
	for c.chain.Tip().ID != b.Hash() && c.now.Sub(began) <= 10*limit {
		c.step()
	}
	require.Equal(c.t, b.Hash(), c.chain.Tip().ID, "not even after %s", c.now.Sub(began))
	require.LessOrEqual(c.t, c.now.Sub(began), limit)
}

// attackers are as many peers as a node takes by default.
const attackers = 63

func (c *crowd) attack(answers func(types.NodeID, Message)) (ids []types.NodeID) {
	for n := range byte(attackers) {
		ids = append(ids, c.enter(10+n, answers))
	}
	return ids
}

// Who announces a header and sends nothing keeps nobody else's block away.
func TestWithheldBlocksThatAnotherSendsWhole(t *testing.T) {
	c := newCrowd(t)
	liars := c.attack(c.silent)
	honest := c.enter(2, c.silent)
	for range 3 {
		b := c.next()
		for _, id := range liars {
			c.says(id, headersOf(b))
		}
		c.says(honest, makeCompact(&b, 1))
		require.NoError(t, c.verify())
		require.Equal(t, b.Hash(), c.chain.Tip().ID)
	}
}

// However many announce a block and withhold it, one sound peer that has it is
// asked in time; and once it has sent one, it is the first to be asked.
func TestWithheldBlocks(t *testing.T) {
	for name, announce := range map[string]func(*types.Block) Message{
		"headers": func(b *types.Block) Message { return headersOf(*b) },
		"compact": func(b *types.Block) Message { return makeCompact(b, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			c := newCrowd(t)
			liars := c.attack(c.silent)
			b := c.next(c.transfer("alice", 0))
			honest := c.enter(2, c.sound(50*time.Millisecond, b))
			for _, id := range liars {
				c.says(id, announce(&b))
			}
			c.says(honest, headersOf(b))
			c.verifiesWithin(promise, b)

			second := c.next()
			c.behave(honest, c.sound(50*time.Millisecond, second))
			for _, id := range liars {
				c.says(id, announce(&second))
			}
			c.says(honest, headersOf(second))
			c.verifiesWithin(maxPatience+50*time.Millisecond, second)
		})
	}
}

// A peer that fills a compact block is asked for its transactions though others
// were asked before it.
func TestCompactBlockIsFilledByWhoeverAnswers(t *testing.T) {
	c := newCrowd(t)
	liars := c.attack(c.silent)
	b := c.next(c.transfer("alice", 0))
	honest := c.enter(2, c.sound(50*time.Millisecond, b))
	for _, id := range liars {
		c.says(id, makeCompact(&b, 1))
	}
	c.says(honest, makeCompact(&b, 2))
	c.verifiesWithin(100*time.Millisecond, b)
}

// Who answers that it does not have what it announced, at once or slowly, wins
// no time.
func TestAnnouncedBlocksThatAreNotFound(t *testing.T) {
	for _, delay := range []time.Duration{0, minPatience - 1} {
		c := newCrowd(t)
		liars := c.attack(func(id types.NodeID, m Message) {
			if ids := wanted(m); ids != nil {
				c.reply(id, delay, NotFound{IDs: ids})
			}
		})
		b := c.next()
		honest := c.enter(2, c.sound(50*time.Millisecond, b))
		for _, id := range liars {
			c.says(id, headersOf(b))
		}
		c.says(honest, headersOf(b))
		c.verifiesWithin(promise, b)
	}
}

// In a catch-up, a peer that sends one block now and then is overtaken by one
// that sends all of them.
func TestTrickleInACatchUp(t *testing.T) {
	c := newCrowd(t)
	blocks := c.branch(100)
	trickle := func(id types.NodeID, m Message) {
		for i, b := range byID(blocks, wanted(m)) {
			c.reply(id, time.Duration(i+1)*19*time.Second, blocksOf(b))
		}
	}
	tip := chaintest.After(c.chain.Tip(), blocks...)
	first := c.join(10, tip)
	c.behave(first, trickle)
	c.says(first, answerOf(blocks...))
	for n := range byte(7) {
		c.behave(c.join(11+n, tip), trickle)
	}
	c.behave(c.join(2, tip), c.sound(20*time.Millisecond, blocks...))
	c.verifiesWithin(promise, blocks[len(blocks)-1])
}

// A slow peer that is the only one is waited for, and not asked twice.
func TestSlowPeerAloneIsWaitedFor(t *testing.T) {
	c := newCrowd(t)
	blocks := c.branch(20)
	asked := 0
	id := c.enter(2, func(id types.NodeID, m Message) {
		asked += len(wanted(m))
		c.sound(5*time.Second, blocks...)(id, m)
	})
	c.says(id, headersOf(blocks...))
	c.verifiesWithin(6*time.Second, blocks[len(blocks)-1])
	require.Equal(t, len(blocks), asked)
}

// Whoever answers late, when another was faster, has done nothing wrong.
func TestLateAnswer(t *testing.T) {
	c := newCrowd(t)
	b := c.next()
	slow := c.enter(1, c.sound(3*time.Second, b))
	quick := c.enter(2, c.sound(50*time.Millisecond, b))
	c.says(slow, headersOf(b))
	c.says(quick, headersOf(b))
	c.verifiesWithin(promise, b)
	for range 10 {
		c.step()
	}
	require.NotNil(t, c.engine.peer(slow))
	require.False(t, c.engine.peer(slow).stalls())
	require.Empty(t, c.engine.peer(slow).inFlight)
}

// A block that nobody was asked for is taken if its header is good, and there is
// room; a second time it is of no use.
func TestUnaskedBlockWithAGoodHeader(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	b := s.next()
	s.says(ids[0], headersOf(b))
	s.says(ids[1], blocksOf(b))
	require.NoError(t, s.verify())
	require.Equal(t, b.Hash(), s.chain.Tip().ID)
	s.out = nil
	s.says(ids[1], blocksOf(b))
	s.dropped(ids[1], errUnsolicited, false)
}

// The tip's child goes before side blocks, however many came first.
func TestChildOfTheTipIsVerifiedFirst(t *testing.T) {
	s := newScript(t)
	ids := s.peers(2)
	genesis := s.chain.Tip()
	s.store(s.branch(1)...)
	side := chaintest.Branch(genesis, types.NamedAddress("side"), 2*maxSideBlocks)
	s.says(ids[0], headersOf(side...))
	for len(s.asked(ids[0])) > 0 {
	}
	s.says(ids[0], blocksOf(side...))
	require.Len(t, action[Verify](s).Blocks, maxSideBlocks)
	b := s.next()
	s.says(ids[1], makeCompact(&b, 1))
	s.handle(Verified{})
	require.Equal(t, b.Hash(), action[Verify](s).Blocks[0].Hash())
}

// lie is a claim of more work than there is.
func lie(tip consensus.State) consensus.State {
	tip.ID, tip.Work = types.Hash{1}, *uint256.NewInt(1 << 40)
	return tip
}

// resolves returns how long a resolve takes.
func (c *crowd) resolves(number uint64) time.Duration {
	began := c.now
	c.handle(Resolve{Number: number})
	for len(takeAll(c.script, func(Resolved) bool { return true })) == 0 {
		c.step()
	}
	return c.now.Sub(began)
}

// A claim that is not proved is waited for once, and not for long.
func TestUnprovedClaimsAreWaitedForOnce(t *testing.T) {
	c := newCrowd(t)
	for n := range byte(attackers) {
		c.behave(c.join(10+n, lie(c.chain.Tip())), func(id types.NodeID, m Message) {
			if ping, ok := m.(Ping); ok {
				c.reply(id, 0, Pong{Number: ping.Number, Tip: claimOf(lie(c.chain.Tip()))})
			}
		})
	}
	require.LessOrEqual(t, c.resolves(1), maxPatience)
	require.Zero(t, c.resolves(2))
	c.mine() // what we tell them of is no proof of theirs
	require.Zero(t, c.resolves(3))
}

// Headers whose blocks do not come are waited for once, and not for long.
func TestHeadersWithoutBlocksAreWaitedForOnce(t *testing.T) {
	c := newCrowd(t)
	b := c.next()
	for _, id := range c.attack(c.silent) {
		c.says(id, headersOf(b))
	}
	require.LessOrEqual(t, c.resolves(1), promise-time.Millisecond)
	require.Zero(t, c.resolves(2))
	c.handle(Resolve{Number: 3})
	require.NotEmpty(t, c.engine.peers)
}

// A claim that is proved in time is waited for as before.
func TestProvedClaimIsWaitedFor(t *testing.T) {
	c := newCrowd(t)
	blocks := c.branch(3)
	c.enter(2, c.sound(100*time.Millisecond, blocks...))
	c.resolves(1)
	require.Equal(t, blocks[2].Hash(), c.chain.Tip().ID)
}

// Who was of no use waits before it comes back, each time for longer, and starts
// anew once it was forgiven.
func TestWhoWasOfNoUseWaitsForLonger(t *testing.T) {
	s := newScript(t)
	wait := func() time.Duration {
		id := s.join(1, lie(s.chain.Tip()))
		s.says(id, Headers{Answer: true})
		drop := action[Drop](s)
		require.ErrorIs(t, drop.Reason, errFalseClaim)
		require.Zero(t, drop.Ban)
		s.handle(Disconnected{Peer: id})
		return drop.Discourage
	}
	first := s.engine.config.Discourage
	for _, want := range []time.Duration{first, 2 * first, 4 * first} {
		require.Equal(t, want, wait())
	}
	for range 30 {
		require.LessOrEqual(t, wait(), s.engine.config.Ban)
	}
	s.now = s.now.Add(4 * s.engine.config.Ban)
	require.Equal(t, first, wait())
}

// Whoever was stopped, or cut off, comes back as soon the tenth time as the first;
// who speaks and stalls does not.
func TestSilentPeerWaitsNoLongerEachTime(t *testing.T) {
	s := newScript(t)
	wait := func(speaks bool) time.Duration {
		id := s.join(1, s.chain.Tip())
		s.says(id, headersOf(s.next()))
		s.wait(s.engine.config.RequestTimeout)
		if speaks {
			s.says(id, Have{})
		}
		s.wait(1)
		drop := action[Drop](s)
		require.ErrorIs(t, drop.Reason, errSilent)
		s.handle(Disconnected{Peer: id})
		s.out = nil
		return drop.Discourage
	}
	first := s.engine.config.Discourage
	for range 10 {
		require.Equal(t, first, wait(false))
	}
	for _, want := range []time.Duration{first, 2 * first, 4 * first} {
		require.Equal(t, want, wait(true))
	}
}

// However many nodes are of no use, few are remembered, and the oldest go first.
func TestLapsesAreBounded(t *testing.T) {
	l, config, now := discouraged{}, DefaultConfig(), time.Unix(1000, 0)
	ids := make([]types.NodeID, 0, maxDiscouraged+1)
	for i := range maxDiscouraged + 1 {
		ids = append(ids, types.NodeID{byte(i), byte(i >> 8), 1})
		l.add(ids[i], now.Add(time.Duration(i)), config)
	}
	require.Len(t, l, maxDiscouraged)
	require.NotContains(t, l, ids[0])
	require.True(t, slices.ContainsFunc(ids, func(id types.NodeID) bool { return l[id].count == 1 }))
}

// Who sends all blocks but one of many is waited for as briefly as for one.
func TestOneBlockOfManyIsWithheld(t *testing.T) {
	s := newScript(t)
	blocks := s.branch(100)
	from := s.ahead(1, blocks...)
	require.Len(t, s.asked(from), 100)
	other := s.join(2, chaintest.After(s.chain.Tip(), blocks...))
	for i, b := range blocks {
		if i != 90 {
			s.says(from, blocksOf(b))
		}
	}
	s.verifyAll()
	s.wait(lookInterval)
	s.wait(maxPatience)
	require.Equal(t, hashesOf(blocks[90]), s.asked(other))
}
