package transport

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"networkmngr/internal/netgroup"
)

// MaxHandshakes bounds the inbound connections that are not links yet. They have
// a quota of their own, so that silent dialers take no links' slots.
const MaxHandshakes = 64

// admission bounds inbound connections: in all, by group, and by the record of
// each address. To libp2p it is a resource manager, asked as soon as a connection
// comes in, before anything is computed for it.
type admission struct {
	network.NullResourceManager
	grouping   netgroup.Grouping
	bans       *bans
	mu         sync.Mutex // guards what follows, and every slot's state
	handshakes quota
	links      quota
	ips        ipRecords
}

func newAdmission(maxInbound int, grouping netgroup.Grouping) *admission {
	return &admission{
		grouping: grouping, handshakes: newQuota(MaxHandshakes, grouping), links: newQuota(maxInbound, grouping), ips: ipRecords{},
		bans: newBans(),
	}
}

// OpenConnection returns the slot of an inbound connection among the handshakes.
// The error wraps ErrBanned, ErrFull or ErrAddress.
func (a *admission) OpenConnection(dir network.Direction, _ bool, remote ma.Multiaddr) (network.ConnManagementScope, error) {
	if dir == network.DirOutbound {
		return &network.NullScope{}, nil
	}
	ip, err := ipOf(remote)
	if err != nil {
		return nil, err
	}
	group := a.grouping.OfIP(ip)
	now := time.Now()
	if ban := a.bans.address(ip, now); ban != nil {
		return nil, fmt.Errorf("%w: %s, as %s is", ErrBanned, ip, ban.Net)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.ips.admit(ip, now); err != nil {
		return nil, err
	}
	if !a.handshakes.acquire(group) {
		return nil, fmt.Errorf("%w: too many handshakes at once", ErrFull)
	}
	return &slot{admission: a, group: group, held: &a.handshakes}, nil
}

// offend is that of ipRecords.
func (a *admission) offend(ip netip.Addr, until, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ips.offend(ip, until, now)
}

// slot is an inbound connection's part of a quota. libp2p calls Done when the
// connection is closed, possibly several times.
type slot struct {
	network.NullScope
	admission *admission
	group     netgroup.Group
	held      *quota // nil once released
}

// errReleased means that the connection was closed before it became a link.
var errReleased = fmt.Errorf("%w: connection is closed", ErrHandshake)

// promote moves the slot from the handshakes to the links, if it is not there already.
// The error is ErrFull or errReleased.
func (s *slot) promote() error { return s.replace(nil) }

// replace is promote, once the slot of another link has been released; nil is none.
// That is not touched if the slot itself has been released.
func (s *slot) replace(other *slot) error {
	s.admission.mu.Lock()
	defer s.admission.mu.Unlock()
	switch links := &s.admission.links; {
	case s.held == nil:
		return errReleased
	case s.held == links:
		return nil
	default:
		other.release()
		if !links.acquire(s.group) {
			return ErrFull
		}
		s.held.release(s.group)
		s.held = links
		return nil
	}
}

// moveTo counts the slot to another group, whether that has room or not.
func (s *slot) moveTo(g netgroup.Group) {
	s.admission.mu.Lock()
	defer s.admission.mu.Unlock()
	if s.held != nil {
		s.held.move(s.group, g)
	}
	s.group = g
}

// taken returns how many places of links are taken.
func (a *admission) taken() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.links.total
}

// isGroupFull reports whether a group has all the links that it may, and more of
// another group would be no help.
func (a *admission) isGroupFull(g netgroup.Group) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.links.isGroupFull(g)
}

// Done releases the slot.
func (s *slot) Done() {
	s.admission.mu.Lock()
	defer s.admission.mu.Unlock()
	s.release()
}

// release is Done for callers that hold the lock.
func (s *slot) release() {
	if s != nil && s.held != nil {
		s.held.release(s.group)
		s.held = nil
	}
}

func ipOf(addr ma.Multiaddr) (netip.Addr, error) {
	raw, err := manet.ToIP(addr)
	if err != nil {
		return netip.Addr{}, err
	}
	ip, ok := netip.AddrFromSlice(raw)
	if !ok {
		return netip.Addr{}, fmt.Errorf("%w: %s", ErrAddress, addr)
	}
	return ip.Unmap(), nil
}

// quota counts up to limit, and in one group up to half of that, rounded up, or fewer if
// a group may not have so many members.
type quota struct {
	limit, total int
	grouping     netgroup.Grouping
	byGroup      map[netgroup.Group]int
}

func newQuota(limit int, grouping netgroup.Grouping) quota {
	return quota{limit: limit, grouping: grouping, byGroup: map[netgroup.Group]int{}}
}

func (q *quota) acquire(g netgroup.Group) bool {
	if q.total >= q.limit || q.isGroupFull(g) {
		return false
	}
	q.total++
	q.byGroup[g]++
	return true
}

func (q *quota) isGroupFull(g netgroup.Group) bool {
	return g != "" && q.byGroup[g] >= (q.limit+1)/2 || !q.grouping.Allows(g, q.byGroup[g])
}

func (q *quota) move(from, to netgroup.Group) {
	q.release(from)
	q.total++
	q.byGroup[to]++
}

func (q *quota) release(g netgroup.Group) {
	q.total--
	if q.byGroup[g]--; q.byGroup[g] == 0 {
		delete(q.byGroup, g)
	}
}
