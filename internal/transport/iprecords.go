package transport

import (
	"fmt"
	"net/netip"
	"time"

	"golang.org/x/time/rate"
)

const (
	// Inbound connections of one address: so many at once, and so many more each
	// second. A network of 1,000 nodes on one machine starts within that, though each dials
	// one of them twice; a client that reconnects without end does not, on loopback either.
	arrivalBurst = 2048
	arrivalRate  = 50
	// maxIPs bounds the records.
	maxIPs = 4096
	// firstWait is how long an address is banned when the second peer from it was of no
	// use; it doubles with each further peer, up to that peer's wait. The first peer does
	// not count, as a machine may run many nodes.
	firstWait = time.Second
	// offenceMemory is how long the last peer counts.
	offenceMemory = 30 * time.Minute
)

// ipRecords are by the addresses that one party holds: an IPv4 address, or the /64
// of an IPv6 one. Identities cost nothing, addresses do. The caller locks.
type ipRecords map[netip.Prefix]*ipRecord

type ipRecord struct {
	arrivals *rate.Limiter
	offences int       // peers from there that were of no use, within offenceMemory
	last     time.Time // such a peer
}

func ipPrefix(ip netip.Addr) netip.Prefix {
	bits := 32
	if ip = ip.Unmap(); ip.Is6() {
		bits = 64
	}
	prefix, _ := ip.Prefix(bits) // of an address with as many bits it is no error
	return prefix
}

// admit returns ErrFull if a connection from ip is one too many at now.
func (h ipRecords) admit(ip netip.Addr, now time.Time) error {
	if !h.at(ipPrefix(ip), now).arrivals.AllowN(now, 1) {
		return fmt.Errorf("%w: too many connections of %s", ErrFull, ip)
	}
	return nil
}

// offend notes that a peer from ip was of no use and has to wait until then, and returns
// for how long others from there have to wait as well.
func (h ipRecords) offend(ip netip.Addr, until, now time.Time) (wait time.Duration) {
	at := h.at(ipPrefix(ip), now)
	if now.Sub(at.last) > offenceMemory {
		at.offences = 0
	}
	if at.offences > 0 {
		wait = min(firstWait<<min(at.offences-1, 20), until.Sub(now))
	}
	at.offences, at.last = at.offences+1, now
	return wait
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
		if at.arrivals.TokensAt(now) >= arrivalBurst && now.Sub(at.last) > offenceMemory {
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
