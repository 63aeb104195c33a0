package transport

import "sync/atomic"

// Traffic is what has gone over all links of a node.
type Traffic struct {
	Sent, Received map[string]Flow // so far, by each of Config.Kinds
	Queued         int64           // bytes that wait to be sent, with what each frame costs beside its own
}

// Flow is frames that went one way.
type Flow struct {
	Frames int64
	Bytes  int64 // with prefixes
}

// Traffic tells what has gone over the links so far.
func (t *Transport) Traffic() Traffic {
	kinds := t.cfg.Kinds
	return Traffic{Sent: named(kinds, t.traffic.sent), Received: named(kinds, t.traffic.received), Queued: t.traffic.queued.Load()}
}

func named(kinds []string, flows []flow) map[string]Flow {
	of := make(map[string]Flow, len(kinds))
	for i, kind := range kinds {
		of[kind] = Flow{Frames: flows[i].frames.Load(), Bytes: flows[i].bytes.Load()}
	}
	return of
}

// traffic counts what goes over links.
type traffic struct {
	kindOf         func(frame []byte) int
	sent, received []flow // by kind
	queued         atomic.Int64
	inFlight       atomic.Int64 // on lines
}

type flow struct{ frames, bytes atomic.Int64 }

func newTraffic(cfg Config) *traffic {
	return &traffic{kindOf: cfg.KindOf, sent: make([]flow, len(cfg.Kinds)), received: make([]flow, len(cfg.Kinds))}
}

// count counts a frame in one of sent and received.
func (t *traffic) count(flows []flow, frame []byte) {
	of := &flows[t.kindOf(frame)]
	of.frames.Add(1)
	of.bytes.Add(int64(prefixSize + len(frame)))
}
