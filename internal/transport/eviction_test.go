package transport

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/netgroup"
)

// Whatever links there are, the choice is a grown one, of the newcomer's group if that
// is full, and half of the places have brought a block later or are older. None is
// chosen only if there is no such link.
func TestEvictionKeepsToItsRule(t *testing.T) {
	moment := rapid.Map(rapid.Int64Range(0, 9), func(s int64) time.Time { return time.Unix(s, 0) })
	group := rapid.SampledFrom([]netgroup.Group{"", groupAt(t, "10.1.0.1"), groupAt(t, "10.2.0.1")})
	link := rapid.Custom(func(t *rapid.T) Inbound {
		return Inbound{Since: moment.Draw(t, "since"), LastBlock: moment.Draw(t, "block"), Group: group.Draw(t, "group")}
	})
	rapid.Check(t, func(t *rapid.T) {
		links := rapid.SliceOfN(link, 0, 8).Draw(t, "links")
		e := Eviction{
			Links: links, Places: len(links) + rapid.IntRange(0, 4).Draw(t, "reserved"),
			Grown: moment.Draw(t, "grown"), From: group.Draw(t, "from"), Full: rapid.Bool().Draw(t, "full"),
			IntN: func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "random") },
		}
		better := func(a, b Inbound) int { return cmp.Or(b.LastBlock.Compare(a.LastBlock), a.Since.Compare(b.Since)) }
		sorted := slices.SortedStableFunc(slices.Values(links), better)
		mayGo := func(l Inbound) bool { return !l.Since.After(e.Grown) && (!e.Full || l.Group == e.From) }
		younger := sorted[min(e.Places/2, len(sorted)):]
		if i := e.Choose(); i >= 0 {
			require.True(t, mayGo(links[i]))
			require.Contains(t, younger, links[i])
		} else {
			require.False(t, slices.ContainsFunc(younger, mayGo))
		}
	})
}
