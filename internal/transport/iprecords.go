package transport

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/time/rate"
)

const (
	// Inbound connections of one address: so many at once, and so many more each
	// second. A network of 500 nodes on one machine starts within that; a client
	// that reconnects without end does not, on loopback either.
	arrivalBurst = 1024
	arrivalRate  = 50
	// maxIPs bounds the records.
	maxIPs = 4096
	// firstIPBan is how long an address is banned when the second peer from it is;
	// it doubles with each further peer, up to that peer's ban. The first peer's ban
	// does not count, as a machine may run many nodes.
	firstIPBan = time.Second
	// banMemory is how long the last ban counts.
	banMemory = 30 * time.Minute
)

// ipRecords are by the addresses that one party holds: an IPv4 address, or the /64
// of an IPv6 one. Identities cost nothing, addresses do. The caller locks.
type ipRecords map[netip.Prefix]*ipRecord

type ipRecord struct {
	arrivals *rate.Limiter
	bans     int // of peers from there, within banMemory
	last     time.Time
	until    time.Time // when the address' ban ends
}

func ipPrefix(ip netip.Addr) netip.Prefix {
	bits := 32
	if ip = ip.Unmap(); ip.Is6() {
		bits = 64
	}
	prefix, _ := ip.Prefix(bits) // of an address with as many bits it is no error
	return prefix
}

// admit returns ErrBanned or ErrFull if a connection from ip is refused at now.
func (h ipRecords) admit(ip netip.Addr, now time.Time) error {
	at := h.at(ipPrefix(ip), now)
	switch {
	case now.Before(at.until):
		return fmt.Errorf("%w: others at %s were", ErrBanned, ip)
	case !at.arrivals.AllowN(now, 1):
		return fmt.Errorf("%w: too many connections of %s", ErrFull, ip)
	default:
		return nil
	}
}

// ban notes that a peer from ip was banned until then. On loopback, which all nodes
// of a machine share, the rate of arrivals must do.
func (h ipRecords) ban(ip netip.Addr, until, now time.Time) {
	if ip.Unmap().IsLoopback() {
		return
	}
	at := h.at(ipPrefix(ip), now)
	if now.Sub(at.last) > banMemory {
		at.bans = 0
	}
	if at.bans > 0 {
		wait := min(firstIPBan<<min(at.bans-1, 20), until.Sub(now))
		at.until = latest(at.until, now.Add(wait))
	}
	at.bans, at.last = at.bans+1, now
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// at returns the record of a prefix. Where there is no room, records that no longer
// matter are removed, or else any.
func (h ipRecords) at(prefix netip.Prefix, now time.Time) *ipRecord {
	if known := h[prefix]; known != nil {
		return known
	}
	if len(h) >= maxIPs {
		h.prune(now)
	}
	at := &ipRecord{arrivals: rate.NewLimiter(arrivalRate, arrivalBurst)}
	h[prefix] = at
	return at
}

func (h ipRecords) prune(now time.Time) {
	for prefix, at := range h {
		if at.arrivals.TokensAt(now) >= arrivalBurst && now.Sub(at.last) > banMemory {
			delete(h, prefix)
		}
	}
	for prefix := range h {
		if len(h) < maxIPs {
			return
		}
		delete(h, prefix)
	}
}
