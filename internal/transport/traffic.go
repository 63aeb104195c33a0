package transport

import (
	"sync/atomic"

	"networkmngr/internal/types"
)

// Traffic is what has gone over one link, or over all links of a node.
type Traffic struct {
	Sent, Received map[string]Flow // so far, by each of Config.Kinds
	Queued         int64           // bytes that wait to be sent, with what each frame costs beside its own
}

// Flow is frames that went one way.
type Flow struct {
	Frames int64
	Bytes  int64 // with prefixes
}

// Total is all frames that went one way, of whatever kind.
func Total(flows map[string]Flow) (total Flow) {
	for _, f := range flows {
		total.Frames += f.Frames
		total.Bytes += f.Bytes
	}
	return total
}

// Traffic tells what has gone over all links so far.
func (t *Transport) Traffic() Traffic {
	return t.traffic.named(t.cfg.Kinds, t.traffic.queued.Load())
}

// LinkTraffic tells what has gone over each link there is, since it began.
func (t *Transport) LinkTraffic() map[types.NodeID]Traffic {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := make(map[types.NodeID]Traffic, len(t.links))
	for id, l := range t.links {
		of[id] = l.counts.named(t.cfg.Kinds, int64(l.waiting()))
	}
	return of
}

// traffic is that of all links.
type traffic struct {
	counts
	queued   atomic.Int64
	inFlight atomic.Int64 // on lines
}

func newTraffic(cfg Config) *traffic { return &traffic{counts: newCounts(cfg)} }

// counts counts frames by kind, in either direction.
type counts struct {
	kindOf         func(frame []byte) int
	sent, received []flow // by kind
}

type flow struct{ frames, bytes atomic.Int64 }

func newCounts(cfg Config) counts {
	flows := make([]flow, 2*len(cfg.Kinds))
	return counts{kindOf: cfg.KindOf, sent: flows[:len(cfg.Kinds)], received: flows[len(cfg.Kinds):]}
}

func (c *counts) countSent(frame []byte)     { c.count(c.sent, frame) }
func (c *counts) countReceived(frame []byte) { c.count(c.received, frame) }

func (c *counts) count(flows []flow, frame []byte) {
	of := &flows[c.kindOf(frame)]
	of.frames.Add(1)
	of.bytes.Add(int64(prefixSize + len(frame)))
}

func (c *counts) named(kinds []string, queued int64) Traffic {
	return Traffic{Sent: named(kinds, c.sent), Received: named(kinds, c.received), Queued: queued}
}

func named(kinds []string, flows []flow) map[string]Flow {
	of := make(map[string]Flow, len(kinds))
	for i, kind := range kinds {
		of[kind] = Flow{Frames: flows[i].frames.Load(), Bytes: flows[i].bytes.Load()}
	}
	return of
}
