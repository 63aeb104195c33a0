package links

import (
	"math"
	"time"
)

// What a transport makes of lost packets. All of it is of a link that is the same in
// both directions, as a sender knows its own one only: a round trip is twice the delay.
const (
	// packetSize is what a packet carries: QUIC's least datagram (RFC 9000, 14.1), and
	// somewhat less than TCP's usual 1,448 bytes.
	packetSize = 1200
	// duplicates is how many packets must come after a lost one for the sender to see
	// the loss by their acknowledgements, after one round trip: RFC 5681, 3.2, and the
	// threshold of RFC 9002, 6.1.1. RFC 8985 waits a quarter of a round trip longer.
	duplicates = 3
	// minTimeout is how long a sender waits at least where no acknowledgement tells it
	// of the loss, and two round trips it waits at least too. RFC 6298, 2.4, asks for a
	// second at least, and nobody keeps to it: Linux has 200 ms (TCP_RTO_MIN). Two round
	// trips are the probe timeout of RFC 8985, 7.2. RFC 9002, 6.2.1, comes to about as
	// much on a steady line, and has no 200 ms.
	minTimeout = 200 * time.Millisecond
	// maxTimeout ends the doubling of timeouts: RFC 6298, 2.5, allows for no less.
	maxTimeout = 60 * time.Second
	// mathis is the constant of Mathis, Semke, Mahdavi and Ott, "The Macroscopic
	// Behavior of the TCP Congestion Avoidance Algorithm" (1997): a sender that halves
	// its window at a loss has rate = packet / round trip * C / sqrt(losses), with C the
	// root of 3/2 where each packet is acknowledged (and of 3/4 where each other one
	// is). CUBIC does as well or better; where round trips are short it is the same
	// (RFC 9438, 4.3, whose friendly window is the root of 3/2 over losses, too).
	mathis = 1.224744871391589
)

// recovery is what loss makes of frames.
type recovery struct {
	chances stream
	mean    float64 // share of packets that are lost
	burst   LossBurst
	bursty  bool // else each is lost by the same chance
	bad     bool // the state of a burst
	trip    time.Duration
	timeout time.Duration
}

// ask sets what is lost. The state of a burst goes on.
func (r *recovery) ask(link Link) {
	r.mean, r.burst, r.bursty = float64(link.Loss), link.LossBurst.defaults(), link.LossBurst != LossBurst{}
	if r.bursty {
		r.mean = float64(link.LossBurst.mean())
	}
	r.trip = 2 * time.Duration(link.Delay)
	r.timeout = max(minTimeout, 2*r.trip)
}

// events is the share of packets with which a loss begins that a sender answers by
// halving its window: of those that are lost in a row, one.
func (r *recovery) events() float64 {
	if !r.bursty {
		return r.mean
	}
	good := 1.0
	if r.burst.P > 0 {
		good = float64(r.burst.R / (r.burst.P + r.burst.R))
	}
	return min(r.mean, good*float64(r.burst.P*r.burst.H1+(1-r.burst.P)*r.burst.K1))
}

// window is the rate that loss leaves to a sender, whose average window leaves at once.
func (r *recovery) window() bucket {
	events := r.events()
	if events == 0 || r.trip == 0 {
		return bucket{}
	}
	bytes := packetSize * mathis / math.Sqrt(events)
	return bucket{rate: bytes * 8 / r.trip.Seconds(), burst: bytes}
}

// wait is how much later a frame of size bytes arrives as packets of it are lost: as much
// as the one that is last.
func (r *recovery) wait(size int) (wait time.Duration) {
	if r.mean == 0 {
		return 0
	}
	for after := (size + packetSize - 1) / packetSize; after > 0; after-- {
		if r.loses() {
			wait = max(wait, r.again(after > duplicates))
		}
	}
	return wait
}

// again is how long a lost packet takes that is sent again: a round trip if enough others
// come after it, else a timeout. One that is lost again takes a timeout, twice as long
// each time. By then a burst is over, and another one may have begun.
func (r *recovery) again(seen bool) time.Duration {
	wait, timeout := r.trip, r.timeout
	if !seen {
		wait, timeout = timeout, min(2*timeout, maxTimeout)
	}
	for r.chances.rand().Float64() < r.mean {
		wait += timeout
		timeout = min(2*timeout, maxTimeout)
	}
	return wait
}

// loses reports whether the next packet is lost.
func (r *recovery) loses() bool {
	if !r.bursty {
		return r.chances.rand().Float64() < r.mean
	}
	change, share := r.burst.P, r.burst.K1
	if r.bad {
		change = r.burst.R
	}
	if r.chances.rand().Float64() < float64(change) {
		r.bad = !r.bad
	}
	if r.bad {
		share = r.burst.H1
	}
	return r.chances.rand().Float64() < float64(share)
}
