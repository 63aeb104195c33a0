package transport

import "sync/atomic"

// Traffic is what has gone over all links of a node, in bytes of frames with their
// prefixes.
type Traffic struct {
	Sent, Received int64 // so far
	Queued         int64 // that wait to be sent, with what each costs beside its bytes
}

// Traffic tells what has gone over the links so far.
func (t *Transport) Traffic() Traffic {
	return Traffic{Sent: t.traffic.sent.Load(), Received: t.traffic.received.Load(), Queued: t.traffic.queued.Load()}
}

// traffic counts what goes over links.
type traffic struct{ sent, received, queued atomic.Int64 }
