package transport

import (
	"cmp"
	"slices"
	"time"

	"networkmngr/internal/netgroup"
)

// Inbound is what the choice of the link to be evicted goes by.
type Inbound struct {
	Since     time.Time      // when it became a link
	LastBlock time.Time      // when a block of the main chain came from the peer; zero for never
	Group     netgroup.Group // that it is of
}

// Eviction is the choice of the link to be evicted for a newcomer.
type Eviction struct {
	Links  []Inbound
	Places int            // that are taken, by links or by what is still to become one
	Grown  time.Time      // links since later are young
	From   netgroup.Group // group of the newcomer
	Full   bool           // no more of that group may come, so one of it is to be evicted
	IntN   func(n int) int
}

// Choose returns the index of the link, or -1 for none. Links in half of the places stay:
// those that brought a block last, and then the oldest, as strangers would have to be of
// use, or to stay as long, to take their places. Places of what is not a link yet count
// too, or whoever reserves many would eat into that half. What is young stays for now, so
// that a newcomer gets what it came for. Of the others, it is one of the group that has
// the most, at random: who comes in a crowd hits his own.
func (e Eviction) Choose() int {
	order := e.order()
	order = order[min(e.Places/2, len(order)):]
	crowds := map[netgroup.Group][]int{}
	for _, i := range order {
		if l := e.Links[i]; !l.Since.After(e.Grown) {
			crowds[l.Group] = append(crowds[l.Group], i)
		}
	}
	most := crowds[e.From]
	for _, i := range order {
		if crowd := crowds[e.Links[i].Group]; !e.Full && len(crowd) > len(most) {
			most = crowd
		}
	}
	if len(most) == 0 {
		return -1
	}
	return most[e.IntN(len(most))]
}

// order lists the links by index, those first that brought a block last, and then the
// oldest.
func (e Eviction) order() []int {
	order := make([]int, len(e.Links))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := e.Links[i], e.Links[j]
		return cmp.Or(b.LastBlock.Compare(a.LastBlock), a.Since.Compare(b.Since))
	})
	return order
}
