package transport

import (
	"cmp"
	"slices"
	"time"

	"networkmngr/internal/netgroup"
)

// Inbound is what the choice of the link to be evicted goes by.
type Inbound struct {
	Since        time.Time      // when it became a link
	LastBlock    time.Time      // when a block of the main chain came from the peer; zero for never
	LastTransfer time.Time      // when a transfer that was news did; zero for never
	Ping         time.Duration  // the peer's lowest; 0 if it has answered none
	Group        netgroup.Group // that it is of
}

// Protected says how many inbound links are kept for each of the reasons why an attacker
// cannot have them all for the asking: an unknown choice of groups, being near, and having
// been of use. Zero is none.
type Protected struct{ Groups, Pings, Transfers, Blocks int }

// ProtectedOf is what Bitcoin Core keeps of its 114 inbound places or so (4, 8, 4 and 4;
// src/node/eviction.cpp), and of fewer than 64 a share. Its 8 peers that relay blocks only
// have no like here.
func ProtectedOf(places int) Protected {
	return Protected{
		Groups: min(4, places/16), Pings: min(8, places/8), Transfers: min(4, places/16), Blocks: min(4, max(1, places/16)),
	}
}

// Eviction is the choice of the link to be evicted for a newcomer.
type Eviction struct {
	Links     []Inbound
	Protected Protected
	Places    int            // that are taken, by links or by what is still to become one
	Grown     time.Time      // links since later are young
	From      netgroup.Group // group of the newcomer
	Full      bool           // no more of that group may come, so one of it is to be evicted
	// Rank orders groups as nobody outside can know.
	Rank func(netgroup.Group) uint64
}

// Reason is why an inbound link is not evicted.
type Reason string

// The reasons why links are kept, in the order in which they are looked at.
const (
	KeptByGroup    Reason = "group"    // it is of one that was drawn by lot
	KeptByPing     Reason = "ping"     // it is among the fastest
	KeptByTransfer Reason = "transfer" // it brought one of the last that were news
	KeptByBlock    Reason = "block"    // it brought one of the last blocks
	KeptByAge      Reason = "age"      // it is of the older half of the rest
)

// Choose returns the index of the link, or -1 for none, by the rule of Bitcoin Core. What
// has a Reason to be kept stays; see [Eviction.Reasons]. What is young stays for now, so
// that a newcomer gets what it came for. Of the others, it is the youngest of the group
// that has the most: who comes in a crowd hits his own.
func (e Eviction) Choose() int {
	crowds := map[netgroup.Group][]int{} // the oldest first
	reasons := e.Reasons()
	left := e.sorted(func(a, b Inbound) int { return 0 })
	left = slices.DeleteFunc(left, func(i int) bool { return reasons[i] != "" || e.Links[i].Since.After(e.Grown) })
	for _, i := range left {
		crowds[e.Links[i].Group] = append(crowds[e.Links[i].Group], i)
	}
	most := crowds[e.From]
	for _, i := range slices.Backward(left) { // of equal ones, that with the youngest
		if crowd := crowds[e.Links[i].Group]; !e.Full && len(crowd) > len(most) {
			most = crowd
		}
	}
	if len(most) == 0 {
		return -1
	}
	return most[len(most)-1]
}

// Reasons says why each link is kept, and of the others nothing. First come those that are
// Protected; who has brought nothing, answered nothing or is of no group is not, for that.
// Of the rest it is the older half: strangers would have to be of use, or to stay as long,
// to take these places. Places of what is not a link yet count too, or whoever reserves
// many would eat into that half.
func (e Eviction) Reasons() []Reason {
	reasons := make([]Reason, len(e.Links))
	keep := func(why Reason, count int, holds func(Inbound) bool, before func(a, b Inbound) int) (kept int) {
		for _, i := range e.sorted(before) {
			if kept < count && reasons[i] == "" && holds(e.Links[i]) {
				reasons[i] = why
				kept++
			}
		}
		return kept
	}
	p := e.Protected
	kept := keep(KeptByGroup, p.Groups, func(l Inbound) bool { return l.Group != "" },
		func(a, b Inbound) int { return cmp.Compare(e.Rank(a.Group), e.Rank(b.Group)) })
	kept += keep(KeptByPing, p.Pings, func(l Inbound) bool { return l.Ping > 0 },
		func(a, b Inbound) int { return cmp.Compare(a.Ping, b.Ping) })
	kept += keep(KeptByTransfer, p.Transfers, func(l Inbound) bool { return !l.LastTransfer.IsZero() },
		func(a, b Inbound) int { return b.LastTransfer.Compare(a.LastTransfer) })
	kept += keep(KeptByBlock, p.Blocks, func(l Inbound) bool { return !l.LastBlock.IsZero() },
		func(a, b Inbound) int { return b.LastBlock.Compare(a.LastBlock) })
	keep(KeptByAge, (e.Places-kept)/2, func(Inbound) bool { return true }, func(a, b Inbound) int { return 0 })
	return reasons
}

// sorted lists the links by index in an order, of equal ones the older first.
func (e Eviction) sorted(before func(a, b Inbound) int) []int {
	order := make([]int, len(e.Links))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := e.Links[i], e.Links[j]
		return cmp.Or(before(a, b), a.Since.Compare(b.Since))
	})
	return order
}
