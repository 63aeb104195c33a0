package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/types"
)

func apart(c *Config) { c.NoRelay = true }

// Without relay nobody hears of what is new here unless they ask.
func TestNothingIsAnnouncedWithoutRelay(t *testing.T) {
	s := newScript(t, apart)
	pending := s.transfer("alice", 0)
	s.post(pending)
	id := s.join(1, s.chain.Tip())
	later := s.transfer("alice", 1)
	s.post(later)
	block := s.mine(pending, later)
	s.wait(DefaultConfig().PingInterval)
	sent[Ping](s, id)
	s.quiet()
	s.says(id, Ping{Number: 7})
	require.Equal(t, Pong{Number: 7, Tip: claimOf(s.chain.Tip())}, sent[Pong](s, id))
	s.says(id, GetHeaders{Locator: []types.Hash{block.Previous}})
	require.Len(t, sent[Headers](s, id).Headers, 1)
	s.quiet()
}

// Without relay nothing is taken of what peers tell, be it a claim, headers, a block
// or transfers; a resolve takes what is better.
func TestOnlyAResolveCatchesUpWithoutRelay(t *testing.T) {
	s := newScript(t, apart)
	blocks := s.branch(3)
	ahead := chaintest.After(s.chain.Tip(), blocks...)
	id := s.join(1, ahead)
	first := blocks[0]
	s.says(id, headersOf(blocks...), makeCompact(&first, 1), Have{IDs: []types.Hash{{1}}})
	s.wait(DefaultConfig().PingInterval)
	s.pong(id, sent[Ping](s, id).Number, ahead)
	s.tipMoved()
	s.quiet()

	ping := s.resolve(3, id)[0]
	s.quiet()
	s.pong(id, ping, ahead)
	sent[GetHeaders](s, id)
	s.says(id, answerOf(blocks...))
	s.asked(id)
	s.says(id, blocksOf(blocks...))
	s.verifyAll()
	require.Equal(t, ahead.ID, s.chain.Tip().ID)
	s.resolved(3)
	s.wait(time.Second)
	s.quiet()
}
