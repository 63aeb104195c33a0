package report

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/theory"
)

// withholds has a node find a block that it tells nobody of at first.
func (s *story) withholds(second float64, node, name, on string) *story {
	return s.at(second, node, events.BlockMined{BlockRef: block(name), Previous: parent(on), Miner: s.id(node).Account(), Withheld: true})
}

// Of two races of a node that withholds, others work on its branch in one; those of others with
// each other are none of it.
func TestTheGammaOfAnAttack(t *testing.T) {
	s := tell(t, "n0", "n1", "n2")
	s.finds(1, "n1", "a1", "")
	s.withholds(2, "n0", "x2", "a1").finds(3, "n1", "b2", "a1").finds(4, "n2", "b3", "b2")
	s.finds(5, "n1", "c4", "b3").finds(5, "n2", "d4", "b3").finds(6, "n1", "c5", "c4")
	s.withholds(7, "n0", "x6", "c5").finds(8, "n1", "c6", "c5").finds(9, "n2", "x7", "x6")
	r := s.report()
	require.Equal(t, []Attack{{Name: "n0", Races: 2, On: 1, Gamma: new(0.5), Within: theory.Wilson(1, 2)}}, r.Attacks)
	var page bytes.Buffer
	require.NoError(t, r.Write(&page, HTML))
	require.Contains(t, page.String(), "<td class=\"t\">n0</td><td class=\"n\">2</td><td class=\"n\">1</td><td class=\"n\">50")
	s = tell(t, "n0", "n1")
	require.Empty(t, s.finds(1, "n0", "a1", "").report().Attacks, "nobody has withheld a block")
	require.Nil(t, s.withholds(2, "n0", "a2", "a1").report().Attacks[0].Gamma, "nor raced")
}
