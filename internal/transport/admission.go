package transport

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	ma "github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"
)

// MaxHandshakes bounds the inbound connections that are not links yet. They have
// a quota of their own, so that silent dialers take no links' slots.
const MaxHandshakes = 64

// admission bounds inbound connections: in all, by IP group, and by the record of
// each address. To libp2p it is a resource manager, asked as soon as a connection
// comes in, before anything is computed for it.
type admission struct {
	network.NullResourceManager
	mu         sync.Mutex // guards what follows, and every slot's state
	handshakes quota
	links      quota
	ips        ipRecords
}

func newAdmission(maxInbound int) *admission {
	return &admission{handshakes: newQuota(MaxHandshakes), links: newQuota(maxInbound), ips: ipRecords{}}
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
	group, err := groupOf(ip)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.ips.admit(ip, time.Now()); err != nil {
		return nil, err
	}
	if !a.handshakes.acquire(group) {
		return nil, fmt.Errorf("%w: too many handshakes at once", ErrFull)
	}
	return &slot{admission: a, group: group, held: &a.handshakes}, nil
}

// ban notes that a peer at remote was banned until then.
func (a *admission) ban(remote ma.Multiaddr, until time.Time) error {
	ip, err := ipOf(remote)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ips.ban(ip, until, time.Now())
	return nil
}

// slot is an inbound connection's part of a quota. libp2p calls Done when the
// connection is closed, possibly several times.
type slot struct {
	network.NullScope
	admission *admission
	group     group
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

// taken returns how many places of links are taken.
func (a *admission) taken() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.links.total
}

// isGroupFull reports whether a group has all the links that it may, and more of
// another group would be no help.
func (a *admission) isGroupFull(g group) bool {
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

// group is the IP prefix whose holders count as one party; the zero group is
// exempt.
type group = netip.Prefix

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

// groupOf is the /16 of an IPv4 address and the /32 of an IPv6 address, about
// what one network operator holds. Loopback is exempt: there all nodes of a
// machine have one address.
func groupOf(ip netip.Addr) (group, error) {
	switch {
	case ip.IsLoopback():
		return group{}, nil
	case ip.Is4():
		return ip.Prefix(16)
	default:
		return ip.Prefix(32)
	}
}

// quota counts up to limit, and up to half of that, rounded up, in one group.
type quota struct {
	limit, total int
	byGroup      map[group]int
}

func newQuota(limit int) quota { return quota{limit: limit, byGroup: map[group]int{}} }

func (q *quota) acquire(g group) bool {
	if q.total >= q.limit || q.isGroupFull(g) {
		return false
	}
	q.total++
	q.byGroup[g]++
	return true
}

func (q *quota) isGroupFull(g group) bool { return g.IsValid() && q.byGroup[g] >= (q.limit+1)/2 }

func (q *quota) release(g group) {
	q.total--
	if q.byGroup[g]--; q.byGroup[g] == 0 {
		delete(q.byGroup, g)
	}
}
