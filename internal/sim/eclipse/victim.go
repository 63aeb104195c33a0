package eclipse

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"networkmngr/internal/addrman"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// node is one of those that the victim may know.
type node struct {
	entry    types.NodeInfo
	group    netgroup.Group
	attacker bool
	live     bool
}

// link is one of the victim's own.
type link struct {
	*node
	ends time.Time // zero for never
}

// victim is the node that is attacked, and the world that it sees.
type victim struct {
	settings Settings
	random   *rand.Rand
	now      time.Time
	known    *addrman.Manager
	nodes    []*node // by the number in their ids
	honest   []*node
	attacker []*node
	invented []*node
	links    []link
}

// begin is some time.
var begin = time.Unix(1_800_000_000, 0)

func newVictim(s Settings) *victim {
	config := addrman.DefaultConfig()
	if s.Defence.Tables != nil {
		s.Defence.Tables(&config)
	}
	v := &victim{settings: s, random: rand.New(rand.NewPCG(s.Seed, 0xec115e)), now: begin}
	v.known = addrman.New(config, v.random)
	for i := range s.Honest {
		n := v.newNode(1+i%honestGroups, i/honestGroups)
		n.live = v.random.Float64() < s.Live
		v.honest = append(v.honest, n)
	}
	for g := range s.Attack.Groups {
		for i := range s.Attack.PerGroup {
			n := v.newNode(1+honestGroups+g, i)
			n.attacker, n.live = true, true
			v.attacker = append(v.attacker, n)
		}
	}
	for i := range s.Attack.Invented {
		n := v.newNode(1+i%honestGroups, 1<<12+i/honestGroups)
		n.attacker = true
		v.invented = append(v.invented, n)
	}
	v.fill()
	return v
}

// honestGroups is how many groups the honest nodes are of; the attacker's are others.
const honestGroups = 16_000

// newNode makes a node at the address of a number in a group of a number, of which each is
// an IPv4 /16.
func (v *victim) newNode(group, number int) *node {
	group += 1 << 8 // 1.0.0.0/16 and on
	if group >= 127<<8 {
		group += 1 << 8
	}
	n := &node{}
	binary.BigEndian.PutUint64(n.entry.ID[:], uint64(len(v.nodes)+1))
	n.entry.Address = "eclipse"
	n.entry.P2P = []string{fmt.Sprintf("/ip4/%d.%d.%d.%d/tcp/8333", group>>8, group&0xff, number>>8, number&0xff)}
	n.group = netgroup.Group(fmt.Sprintf("%d.%d.0.0/16", group>>8, group&0xff))
	v.nodes = append(v.nodes, n)
	return n
}

func (v *victim) node(id types.NodeID) *node { return v.nodes[binary.BigEndian.Uint64(id[:])-1] }

func (n *node) source() addrman.Source { return addrman.Source{Node: n.entry.ID, Group: n.group} }

// fill has the victim know the honest nodes, as somebody honest has told of each of them,
// and each has answered within the last week.
func (v *victim) fill() {
	week := 7 * 24 * time.Hour
	for i, n := range v.honest {
		at := begin.Add(-week + week*time.Duration(i)/time.Duration(len(v.honest)))
		v.known.Add(at, n.entry, v.honest[v.random.IntN(len(v.honest))].source())
		v.known.Attempt(at, n.entry.ID)
		v.known.Good(at, n.entry.ID)
	}
}

// isLinked reports whether there is a link to a node, or to its group if that counts.
func (v *victim) isLinked(c addrman.Candidate) bool {
	return slices.ContainsFunc(v.links, func(l link) bool {
		return l.entry.ID == c.Node.ID || !v.settings.Defence.NoGroups && l.group == c.Group
	})
}

// dial tries a node, which takes a while.
func (v *victim) dial(n *node) bool {
	v.now = v.now.Add(dialTakes)
	v.known.Attempt(v.now, n.entry.ID)
	if n.live {
		v.known.Good(v.now, n.entry.ID)
	} else {
		v.known.Failed(v.now, n.entry.ID)
	}
	return n.live
}

// connect dials a node and keeps the link.
func (v *victim) connect(n *node) {
	if !v.dial(n) {
		return
	}
	l := link{node: n}
	if !n.attacker {
		l.ends = v.now.Add(time.Duration(v.random.ExpFloat64() * float64(honestLinks)))
	}
	v.links = append(v.links, l)
}

// seek dials until there are as many links as are wanted, or nobody is left, and returns
// when there was the first that is honest; zero for none.
func (v *victim) seek() (honest time.Time) {
	may := func(c addrman.Candidate) bool { return !v.isLinked(c) }
	for range maxDials {
		if len(v.links) == outbound {
			break
		}
		c, ok := v.known.Select(v.now, may)
		if !ok {
			break
		}
		v.connect(v.node(c.Node.ID))
		if honest.IsZero() && v.honestLinks() > 0 {
			honest = v.now
		}
	}
	return honest
}

func (v *victim) honestLinks() (count int) {
	for _, l := range v.links {
		if !l.attacker {
			count++
		}
	}
	return count
}

// drop ends the links whose time has come, or that are of those who have gone.
func (v *victim) drop() {
	v.links = slices.DeleteFunc(v.links, func(l link) bool {
		return !l.live || !l.ends.IsZero() && !l.ends.After(v.now)
	})
}

// restart ends all links, and dials the two oldest first, which are the anchors.
func (v *victim) restart() {
	kept := v.links[:min(anchors, len(v.links))]
	v.links = nil
	if !v.settings.Defence.NoAnchors {
		for _, l := range kept {
			v.connect(l.node)
		}
	}
	v.seek()
}

// feel sends a feeler.
func (v *victim) feel() {
	if c, ok := v.known.Feel(v.now, func(c addrman.Candidate) bool { return !v.isLinked(c) }); ok {
		v.dial(v.node(c.Node.ID))
	}
}

// told has the attacker tell of all that it has, each address from there and from another
// one of its own.
func (v *victim) told() {
	for _, n := range v.attacker {
		other := v.attacker[v.random.IntN(len(v.attacker))]
		v.known.Add(v.now, n.entry, n.source())
		v.known.Add(v.now, n.entry, other.source())
		if v.settings.Defence.InboundTried {
			v.known.Good(v.now, n.entry.ID)
		}
	}
	for _, n := range v.invented {
		v.known.Add(v.now, n.entry, v.attacker[v.random.IntN(len(v.attacker))].source())
	}
}

// shares are the attacker's of the places in tried and in new, and that of honest nodes
// which answer in tried.
func (v *victim) shares() (tried, fresh, sound float64) {
	var of, all [2]int
	answer := 0
	for _, row := range v.known.Table() {
		table := 0
		if row.Tried {
			table = 1
		}
		all[table]++
		switch n := v.node(row.Node); {
		case n.attacker:
			of[table]++
		case row.Tried && n.live:
			answer++
		}
	}
	share := func(part, of int) float64 { return float64(part) / float64(max(of, 1)) }
	return share(of[1], all[1]), share(of[0], all[0]), share(answer, all[1])
}
