package sim

import (
	"fmt"
	"time"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
)

// newModel is that of a new link's way from one node to another one. Each has chances of
// its own, so that a fault that is taken away leaves other links as they were.
func (w *World) newModel(from, to *node) *links.Model {
	pair := pairOf(from.number, to.number)
	w.linked[pair]++
	return links.New(w.linkOf(from, to), links.PairSeed(w.config.Seed, from.id, to.id), w.linked[pair])
}

// linkOf is what the way from one node to another one is asked.
func (w *World) linkOf(from, to *node) links.Link {
	c := w.config
	if w.given && from.adversary == nil && to.adversary == nil {
		return c.Link
	}
	link := links.Link{Bandwidth: links.Rate(8 * c.Bandwidth), Drop: links.Share(c.Loss)}
	least, most := c.Latency, 4*c.Latency+max(from.slow, to.slow)
	if from.adversary != nil || to.adversary != nil {
		least, most = 0, time.Millisecond // they sit next to their victims
	}
	link.Delay, link.Jitter = times.Duration((least+most)/2), times.Duration((most-least)/2)
	return link
}

// longestWay is how long a message takes at most from one node to another one, beside its
// time on the line. What comes later by a chance of one in many millions does not count.
func (w *World) longestWay(from, to *node) time.Duration {
	link := w.linkOf(from, to)
	most := time.Duration(link.Delay + link.Jitter)
	if link.Shape == links.Normal || link.Shape == links.Pareto {
		most += 20 * time.Duration(link.Jitter)
	}
	if link.Loss > 0 || link.LossBurst != (links.LossBurst{}) {
		const again = 8
		most += again * max(200*time.Millisecond, 4*time.Duration(link.Delay))
	}
	return most + time.Duration(link.Flap.For)
}

// stopLosing has no link lose messages any more.
func (w *World) stopLosing() {
	w.config.Loss, w.config.Link.Drop = 0, 0
	for _, l := range w.sortedLinks() {
		for i, number := range l.both() {
			from, to := w.nodes[l.both()[1-i]], w.nodes[number]
			l.ways[i].model.Set(w.now, w.linkOf(from, to))
		}
	}
}

// checkLink refuses a link that cannot be, or that the simulator cannot have: partitions
// are by groups.
func (c Settings) checkLink() error {
	if c.Link.Cut != "" {
		return fmt.Errorf("%w: cut: %q, which links of the simulator cannot be", links.ErrLink, c.Link.Cut)
	}
	return c.Link.Validate()
}
