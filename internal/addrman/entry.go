package addrman

import (
	"math"
	"net/netip"
	"slices"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// Source is who told of a node: itself, if Node is its id.
type Source struct {
	Node  types.NodeID
	Group netgroup.Group // of the address that the word came from; empty if that is exempt
	Reach netgroup.Reach // of that address, as [netgroup.Teller] has it; zero if it is not known
}

// name is what counts as one source: the group, as ids cost nothing.
func (s Source) name() string {
	if s.Group != "" {
		return string(s.Group)
	}
	return string(s.Node[:])
}

// entry is what is known of a node.
type entry struct {
	node   types.NodeInfo
	reach  netgroup.Reach  // of node: the nearest of its addresses
	other  *types.NodeInfo // what somebody else said of it, for when a dial fails
	at     netip.AddrPort  // the address whose turn it is
	group  netgroup.Group  // of at
	source Source          // that told of it first
	index  int             // in Manager.all

	tried  bool
	places []place // in new

	added       time.Time
	told        time.Time // when somebody last told of it, by the hour or so
	lastTry     time.Time
	lastCounted time.Time // last failure that counted
	lastSuccess time.Time
	attempts    int // in vain since the last success, as far as they count
	failures    int // and all of them, in this life
}

// Candidate is a node that may be dialled.
type Candidate struct {
	Node     types.NodeInfo // once it is chosen with the addresses whose turn it is: all of one group
	Group    netgroup.Group
	Added    time.Time
	LastTry  time.Time // zero for never
	Failures int       // since it last answered, in this life
}

func (e *entry) candidate() Candidate {
	return Candidate{Node: e.node, Group: e.group, Added: e.added, LastTry: e.lastTry, Failures: e.failures}
}

// chosen is a candidate that is to be dialled.
func (e *entry) chosen(config *Config) Candidate {
	c := e.candidate()
	if len(c.Node.P2P) > 1 {
		c.Node.P2P = slices.DeleteFunc(slices.Clone(c.Node.P2P), func(text string) bool {
			return !e.sameParty(netgroup.Where(text), config.Grouping)
		})
	}
	return c
}

// sameParty reports whether another address of the node is of the group that counts: who
// answers at one must not be known by one of somebody else's.
func (e *entry) sameParty(at netip.AddrPort, grouping netgroup.Grouping) bool {
	if e.at.Addr().IsLoopback() || at.Addr().IsLoopback() {
		return e.at.Addr().IsLoopback() == at.Addr().IsLoopback()
	}
	return grouping.OfIP(at.Addr()) == grouping.OfIP(e.at.Addr())
}

// names reports whether the node says that it is at an address.
func (e *entry) names(at netip.AddrPort) bool { return indexOf(e.node.P2P, at) >= 0 }

// inTurn is a node's own word with the address first whose turn it is, if that is one of
// its addresses still: their order says nothing, and that one may have answered.
func (e *entry) inTurn(node types.NodeInfo) types.NodeInfo {
	return startingAt(node, max(0, indexOf(node.P2P, e.at)))
}

// indexOf is the place of an address in a list, or -1.
func indexOf(list []string, at netip.AddrPort) int {
	return slices.IndexFunc(list, func(text string) bool { return netgroup.Where(text) == at })
}

// startingAt is a node with one of its addresses first, and those before it at the end.
func startingAt(node types.NodeInfo, first int) types.NodeInfo {
	node.P2P = append(slices.Clone(node.P2P[first:]), node.P2P[:first]...)
	return node
}

// isTerrible reports whether an entry is not worth its place.
func (e *entry) isTerrible(now time.Time, config *Config) bool {
	switch {
	case now.Sub(e.lastTry) < time.Minute:
		return false
	case now.Sub(e.told) > config.Horizon:
		return true
	case e.lastSuccess.IsZero():
		return e.attempts >= config.Tries
	}
	return e.attempts >= config.Failures && now.Sub(e.lastSuccess) > config.FailureTime
}

// chance is that of an entry that was drawn to be chosen.
func (e *entry) chance(now time.Time, config *Config) float64 {
	chance := math.Pow(0.66, float64(min(e.attempts, 8)))
	if now.Sub(e.lastTry) < config.JustTried {
		chance *= 0.01
	}
	return chance
}
