package sim

import "time"

// event is something that will happen.
type event struct {
	at         time.Duration // since the world began
	order      uint64        // of those of one moment
	background bool          // no node waits for it
	do         happening
}

// happening is a frame that arrives, or anything else.
type happening interface{ happen() }

type call func()

func (f call) happen() { f() }

// before reports whether e happens before other.
func (e *event) before(other *event) bool {
	return e.at < other.at || e.at == other.at && e.order < other.order
}

// queue holds what will happen, the next first, as a heap in which each has up to
// four children: half as deep as one with two, and what is compared lies together.
type queue struct {
	heap []event
	made uint64
	busy int // events that are not idle
}

const children = 4

func (q *queue) add(e event) {
	q.made++
	e.order = q.made
	if !e.background {
		q.busy++
	}
	q.heap = append(q.heap, e)
	at := len(q.heap) - 1
	for at > 0 {
		parent := (at - 1) / children
		if !e.before(&q.heap[parent]) {
			break
		}
		q.heap[at] = q.heap[parent]
		at = parent
	}
	q.heap[at] = e
}

// next takes the first event, which there must be.
func (q *queue) next() event {
	first, last := q.heap[0], len(q.heap)-1
	e := q.heap[last]
	q.heap[last] = event{}
	q.heap = q.heap[:last]
	if last > 0 {
		q.sink(e)
	}
	if !first.background {
		q.busy--
	}
	return first
}

// sink puts e in the place of the first event, and then as far down as it belongs.
func (q *queue) sink(e event) {
	at := 0
	for {
		least := q.leastChild(at)
		if least < 0 || !q.heap[least].before(&e) {
			break
		}
		q.heap[at] = q.heap[least]
		at = least
	}
	q.heap[at] = e
}

// leastChild is the first of the events below the one at a place, or -1.
func (q *queue) leastChild(at int) int {
	first := children*at + 1
	if first >= len(q.heap) {
		return -1
	}
	least := first
	for i := first + 1; i < min(first+children, len(q.heap)); i++ {
		if q.heap[i].before(&q.heap[least]) {
			least = i
		}
	}
	return least
}

// after has f happen once d has passed.
func (w *World) after(d time.Duration, f func()) { w.at(w.now.Add(d), f) }

// background is after for what no node waits for.
func (w *World) background(d time.Duration, f func()) {
	w.queue.add(event{at: w.now.Add(d).Sub(w.begin), background: true, do: call(f)})
}

func (w *World) at(t time.Time, f func()) { w.happenAt(t, call(f)) }

func (w *World) happenAt(t time.Time, h happening) { w.queue.add(event{at: t.Sub(w.begin), do: h}) }

// advance lets everything happen that happens up to end, or until done says
// so.
func (w *World) advance(end time.Time, done func() bool) {
	for last := end.Sub(w.begin); len(w.queue.heap) > 0 && !done(); {
		if w.queue.heap[0].at > last {
			break
		}
		next := w.queue.next()
		w.now = w.begin.Add(next.at)
		next.do.happen()
	}
}

// pass lets d pass.
func (w *World) pass(d time.Duration) {
	end := w.now.Add(d)
	w.advance(end, func() bool { return false })
	w.now = end
}
