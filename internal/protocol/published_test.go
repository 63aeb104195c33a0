package protocol

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// withheld mines a block of which nobody is told.
func (s *script) withheld() types.Block {
	b := s.next()
	s.store(b)
	s.handle(TipMoved{ID: b.Hash(), Block: &b, Withheld: true})
	return b
}

// A tip that is withheld shows in nothing that peers are told: not in a greeting, a
// Pong, an answer to GetHeaders or an announcement, nor in the locators of questions.
func TestWithheldTipIsToldToNobody(t *testing.T) {
	s := newScript(t)
	public := s.mine()
	s.out = nil
	old := s.join(1, s.chain.Tip())
	tip := claimOf(s.chain.Tip())
	first, second := s.withheld(), s.withheld()
	require.Equal(t, second.Hash(), s.chain.Tip().ID)
	require.Empty(t, s.out, "an announcement")

	greeted := types.NodeID{2}
	s.handle(Connected{Peer: greeted})
	require.Equal(t, tip, sent[Hello](s, greeted).Tip)
	s.says(old, Ping{Number: 7})
	require.Equal(t, Pong{Number: 7, Tip: tip}, sent[Pong](s, old))
	genesis := public.Previous
	s.says(old, GetHeaders{Locator: []types.Hash{genesis}})
	require.Equal(t, []types.Header{public.Header}, sent[Headers](s, old).Headers)
	s.says(old, GetHeaders{Locator: []types.Hash{first.Hash()}})
	require.Empty(t, sent[Headers](s, old).Headers)

	ahead := claimOf(s.chain.Tip())
	ahead.ID[0]++
	ahead.Work.AddUint64(&ahead.Work, 1)
	s.says(greeted, Hello{Version: Version, Genesis: s.engine.genesis, Self: entryOf(greeted), Tip: ahead})
	locator := sent[GetHeaders](s, greeted).Locator
	require.Equal(t, public.Hash(), locator[0])

	// What follows and is not withheld publishes all.
	s.out = nil
	last := s.mine()
	require.Equal(t, []types.Header{first.Header, second.Header, last.Header}, sent[Headers](s, old).Headers)
	s.says(old, Ping{Number: 8})
	require.Equal(t, claimOf(s.chain.Tip()), sent[Pong](s, old).Tip)
}
