package eclipse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/transport"
)

// Inbound are the settings of an attack on the places for links that others open: the
// attackers, each of a group of its own, come back soon whenever they are evicted, and
// have shorter pings than anybody; the honest peers have all places first, bring blocks and
// transfers, and come back after a while. With First, the attackers have all places first, as
// after a restart of the victim.
type Inbound struct {
	First      bool
	Seed       uint64
	Places     int
	Attackers  int
	Protected  transport.Protected
	NoAge      bool // the older half of the rest is not kept
	Duration   time.Duration
	BlockIn    time.Duration // mean time between blocks, of which an honest peer brings each
	TransferIn time.Duration // the same of transfers
}

// DefaultInbound is an attack by 125 addresses on 64 places for half an hour.
func DefaultInbound() Inbound {
	return Inbound{
		Places: 64, Attackers: 125, Protected: transport.ProtectedOf(64), Duration: 30 * time.Minute,
		BlockIn: 2 * time.Minute, TransferIn: time.Second,
	}
}

// InboundDefences are the protections of inbound links, and each of them off in turn.
func InboundDefences() (names []string, settings []Inbound) {
	for _, off := range []struct {
		name   string
		change func(*Inbound)
	}{
		{"all protections", func(*Inbound) {}},
		{"no groups", func(s *Inbound) { s.Protected.Groups = 0 }},
		{"no pings", func(s *Inbound) { s.Protected.Pings = 0 }},
		{"no transfers", func(s *Inbound) { s.Protected.Transfers = 0 }},
		{"no blocks", func(s *Inbound) { s.Protected.Blocks = 0 }},
		{"no age", func(s *Inbound) { s.NoAge = true }},
		{"age alone", func(s *Inbound) { s.Protected = transport.Protected{} }},
		{"none", func(s *Inbound) { s.Protected, s.NoAge = transport.Protected{}, true }},
	} {
		s := DefaultInbound()
		off.change(&s)
		names, settings = append(names, off.name), append(settings, s)
	}
	return names, settings
}

// peer is one that has a place or wants one.
type peer struct {
	transport.Inbound
	attacker bool
	linked   bool
	back     time.Time // when it comes again
}

// RunInbound plays an attack, and returns how many honest peers have a place at the end.
func RunInbound(s Inbound) (honest int) {
	random := rand.New(rand.NewPCG(s.Seed, 0x1b0d))
	peers := newPeers(s, random)
	lot := random.Uint64()
	rank := func(g netgroup.Group) uint64 {
		h := lot
		for _, c := range []byte(g) {
			h = (h ^ uint64(c)) * 0x100000001b3
		}
		return h
	}
	for now := begin; now.Before(begin.Add(s.Duration)); now = now.Add(time.Second) {
		bring(s, peers, now, random)
		for _, i := range random.Perm(len(peers)) {
			if p := peers[i]; !p.linked && !p.back.After(now) {
				s.arrives(peers, p, now, rank)
			}
		}
	}
	for _, p := range peers {
		if p.linked && !p.attacker {
			honest++
		}
	}
	return honest
}

func newPeers(s Inbound, random *rand.Rand) (peers []*peer) {
	for i := range s.Places + s.Attackers {
		p := &peer{attacker: i >= s.Places, linked: i < s.Places}
		if s.First {
			p.linked = p.attacker && i < 2*s.Places
		}
		p.Group = netgroup.Group(fmt.Sprint("group ", i))
		p.Ping = time.Duration(100 * float64(time.Millisecond) * math.Exp(0.5*random.NormFloat64()))
		p.Since = begin.Add(-time.Duration(random.ExpFloat64() * float64(6*time.Hour)))
		if p.attacker {
			p.Ping = time.Millisecond + time.Duration(random.IntN(1000))
		}
		peers = append(peers, p)
	}
	return peers
}

// bring has honest peers that have a place bring what is news.
func bring(s Inbound, peers []*peer, now time.Time, random *rand.Rand) {
	happens := func(mean time.Duration) bool { return random.Float64() < float64(time.Second)/float64(mean) }
	if p := peers[random.IntN(s.Places)]; p.linked && happens(s.BlockIn) {
		p.LastBlock = now
	}
	if p := peers[random.IntN(s.Places)]; p.linked && happens(s.TransferIn) {
		p.LastTransfer = now
	}
}

// arrives gives a peer a place, if there is one or another one has to make room.
func (s Inbound) arrives(peers []*peer, p *peer, now time.Time, rank func(netgroup.Group) uint64) {
	choice := transport.Eviction{
		Protected: s.Protected, Places: s.Places, Grown: now.Add(-transport.Default().YoungLink), From: p.Group, Rank: rank,
	}
	var linked []*peer
	for _, other := range peers {
		if other.linked {
			linked = append(linked, other)
			choice.Links = append(choice.Links, other.Inbound)
		}
	}
	if len(linked) >= s.Places {
		if s.NoAge {
			choice.Places = 0 // half of which stays
		}
		out := choice.Choose()
		if out < 0 {
			p.back = now.Add(p.wait())
			return
		}
		linked[out].linked, linked[out].back = false, now.Add(linked[out].wait())
	}
	p.linked, p.Since, p.LastBlock, p.LastTransfer = true, now, time.Time{}, time.Time{}
}

// wait is how long a peer stays away.
func (p *peer) wait() time.Duration {
	if p.attacker {
		return 30 * time.Second
	}
	return time.Minute
}
