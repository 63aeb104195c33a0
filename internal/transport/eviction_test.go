package transport

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/times"
)

// ranks are those of groups in tests.
var ranks = map[netgroup.Group]uint64{"10.1.0.0/16": 3, "10.2.0.0/16": 1, "10.3.0.0/16": 2}

func rankOf(g netgroup.Group) uint64 { return ranks[g] }

// drawEviction draws any choice.
func drawEviction(t *rapid.T) Eviction {
	moment := rapid.Map(rapid.Int64Range(0, 9), func(s int64) time.Time { return time.Unix(s, 0) })
	last := rapid.OneOf(rapid.Just(time.Time{}), moment)
	group := rapid.SampledFrom([]netgroup.Group{"", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"})
	link := rapid.Custom(func(t *rapid.T) Inbound {
		return Inbound{
			Since: moment.Draw(t, "since"), LastBlock: last.Draw(t, "block"), LastTransfer: last.Draw(t, "transfer"),
			Ping: time.Duration(rapid.IntRange(0, 5).Draw(t, "ping")), Group: group.Draw(t, "group"),
		}
	})
	few := rapid.IntRange(0, 3)
	links := rapid.SliceOfN(link, 0, 14).Draw(t, "links")
	return Eviction{
		Links: links, Places: len(links) + rapid.IntRange(0, 4).Draw(t, "reserved"),
		Protected: Protected{few.Draw(t, "groups"), few.Draw(t, "pings"), few.Draw(t, "transfers"), few.Draw(t, "blocks")},
		Grown:     moment.Draw(t, "grown"), From: group.Draw(t, "from"), Full: rapid.Bool().Draw(t, "full"), Rank: rankOf,
	}
}

// better counts the links that come before one, by whether and which; equal ones do not.
func better(links []Inbound, l Inbound, counts func(Inbound) bool, before func(a, b Inbound) int) (count int) {
	for _, other := range links {
		if counts(other) && before(other, l) < 0 {
			count++
		}
	}
	return count
}

// Whatever links there are, who is evicted has more before him, in each respect, than are
// protected for it, is grown, and is of the newcomer's group if that is full. None is
// chosen only if no such link has no reason to be kept.
func TestEvictionKeepsToItsRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEviction(t)
		reasons := e.Reasons()
		mayGo := func(l Inbound) bool { return !l.Since.After(e.Grown) && (!e.Full || l.Group == e.From) }
		i := e.Choose()
		if i < 0 {
			for j, l := range e.Links {
				require.True(t, reasons[j] != "" || !mayGo(l), "%d might go", j)
			}
			return
		}
		out := e.Links[i]
		require.Empty(t, reasons[i])
		require.True(t, mayGo(out))
		for _, respect := range []struct {
			count  int
			holds  func(Inbound) bool
			before func(a, b Inbound) int
		}{
			{e.Protected.Groups, func(l Inbound) bool { return l.Group != "" }, func(a, b Inbound) int { return cmp.Compare(rankOf(a.Group), rankOf(b.Group)) }},
			{e.Protected.Pings, func(l Inbound) bool { return l.Ping > 0 }, func(a, b Inbound) int { return cmp.Compare(a.Ping, b.Ping) }},
			{e.Protected.Transfers, func(l Inbound) bool { return !l.LastTransfer.IsZero() }, func(a, b Inbound) int { return b.LastTransfer.Compare(a.LastTransfer) }},
			{e.Protected.Blocks, func(l Inbound) bool { return !l.LastBlock.IsZero() }, func(a, b Inbound) int { return b.LastBlock.Compare(a.LastBlock) }},
		} {
			atLeast := func(a, b Inbound) int { return cmp.Or(respect.before(a, b), -1) } // equal ones are before, but for itself
			others := slices.Delete(slices.Clone(e.Links), i, i+1)
			require.True(t, !respect.holds(out) || better(others, out, respect.holds, atLeast) >= respect.count)
		}
	})
}

// As many are kept for a reason as are protected, if so many have it, and of the rest the
// older half, places without a link counted.
func TestHowManyAreKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := drawEviction(t)
		kept := map[Reason]int{}
		var youngestKept, oldestLeft time.Time
		for i, why := range e.Reasons() {
			kept[why]++
			switch since := e.Links[i].Since; {
			case why == KeptByAge:
				youngestKept = times.Later(youngestKept, since)
			case why == "" && (oldestLeft.IsZero() || since.Before(oldestLeft)):
				oldestLeft = since
			}
		}
		grouped := len(slices.DeleteFunc(slices.Clone(e.Links), func(l Inbound) bool { return l.Group == "" }))
		require.Equal(t, min(e.Protected.Groups, grouped), kept[KeptByGroup])
		require.LessOrEqual(t, kept[KeptByPing], e.Protected.Pings)
		require.LessOrEqual(t, kept[KeptByTransfer], e.Protected.Transfers)
		require.LessOrEqual(t, kept[KeptByBlock], e.Protected.Blocks)
		protected := kept[KeptByGroup] + kept[KeptByPing] + kept[KeptByTransfer] + kept[KeptByBlock]
		require.Equal(t, min(len(e.Links)-protected, (e.Places-protected)/2), kept[KeptByAge])
		require.True(t, oldestLeft.IsZero() || !oldestLeft.Before(youngestKept))
	})
}

// Of the largest crowd of those that may go it is the youngest; of equal crowds, that of
// the newcomer, or the one with the youngest.
func TestACrowdsYoungestGoes(t *testing.T) {
	at := func(since int64, group netgroup.Group) Inbound {
		return Inbound{Since: time.Unix(since, 0), Group: group}
	}
	links := []Inbound{at(7, "a"), at(5, "b"), at(1, "a"), at(2, "b"), at(8, "c"), at(0, ""), at(0, ""), at(0, ""), at(0, ""), at(0, "")}
	choose := func(from netgroup.Group, full bool) int {
		return Eviction{Links: links, Places: len(links), Grown: time.Unix(9, 0), From: from, Full: full, Rank: rankOf}.Choose()
	}
	require.Equal(t, 0, choose("c", false), "the half that stays has all without a group")
	require.Equal(t, 1, choose("b", false))
	require.Equal(t, 4, choose("c", true))
	require.Equal(t, -1, choose("d", true))
}

// Who has been of use, is near, or is of a group that the lot has drawn stays, though 125
// strangers come in later, from 125 groups or one, and each is evicted in turn: of the 64
// places, 20 are such, and half of the rest are the oldest.
func TestHonestPeersStayAmong125Attackers(t *testing.T) {
	for name, groupOf := range map[string]func(int) netgroup.Group{
		"one group":  func(int) netgroup.Group { return "crowd" },
		"each one's": func(i int) netgroup.Group { return netgroup.Group(rune('A' + i)) },
	} {
		honest, attackers := 64, 125
		e := Eviction{Places: 64, Protected: ProtectedOf(64), Grown: time.Unix(1<<20, 0), Rank: func(g netgroup.Group) uint64 {
			return uint64(len(g)) // honest ones are of longer names: the lot has drawn none of them
		}}
		for i := range honest {
			l := Inbound{Since: time.Unix(int64(i), 0), Group: netgroup.Group("honest " + string(rune('A'+i)))}
			switch i { // the youngest are of use, so that their age does not help
			case 60, 61, 62, 63:
				l.LastBlock = time.Unix(100, 0)
			case 56, 57, 58, 59:
				l.LastTransfer = time.Unix(100, 0)
			case 48, 49, 50, 51, 52, 53, 54, 55:
				l.Ping = time.Millisecond
			}
			e.Links = append(e.Links, l)
		}
		for i := range attackers {
			e.From = groupOf(i)
			at := e.Choose()
			require.GreaterOrEqual(t, at, 0)
			e.Links[at] = Inbound{Since: time.Unix(int64(1000+i), 0), Group: e.From}
		}
		stay := 0
		for _, l := range e.Links {
			if l.Since.Before(time.Unix(1000, 0)) {
				stay++
			}
		}
		require.GreaterOrEqual(t, stay, 16+(64-20)/2, name)
	}
}

func TestHowManyPlacesAreProtected(t *testing.T) {
	require.Equal(t, Protected{4, 8, 4, 4}, ProtectedOf(114))
	require.Equal(t, Protected{4, 8, 4, 4}, ProtectedOf(64))
	require.Equal(t, Protected{1, 2, 1, 1}, ProtectedOf(16))
	require.Equal(t, Protected{Blocks: 1}, ProtectedOf(2))
	for places := range 200 {
		p := ProtectedOf(places)
		require.LessOrEqual(t, p.Groups+p.Pings+p.Transfers+p.Blocks, max(1, places/2), "%d", places)
	}
}
