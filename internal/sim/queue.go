package sim

import (
	"container/heap"
	"time"
)

// event is something that will happen.
type event struct {
	at    time.Time
	order uint64 // of those of one moment
	idle  bool   // no node waits for it
	do    func()
}

// queue holds what will happen, the next first.
type queue struct {
	events events
	made   uint64
	busy   int // events that are not idle
}

type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	if q[i].at.Equal(q[j].at) {
		return q[i].order < q[j].order
	}
	return q[i].at.Before(q[j].at)
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(v any)   { *q = append(*q, v.(event)) }
func (q *events) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*q = old[:len(old)-1]
	return last
}

func (q *queue) add(e event) {
	q.made++
	e.order = q.made
	if !e.idle {
		q.busy++
	}
	heap.Push(&q.events, e)
}

func (q *queue) next() event {
	e := heap.Pop(&q.events).(event)
	if !e.idle {
		q.busy--
	}
	return e
}

// after has f happen once d has passed.
func (w *World) after(d time.Duration, f func()) { w.at(w.now.Add(d), f) }

// someday is after for what no node waits for.
func (w *World) someday(d time.Duration, f func()) {
	w.queue.add(event{at: w.now.Add(d), idle: true, do: f})
}

func (w *World) at(t time.Time, f func()) { w.queue.add(event{at: t, do: f}) }

// advance lets everything happen that happens up to end, or until done says
// so.
func (w *World) advance(end time.Time, done func() bool) {
	for len(w.queue.events) > 0 && !done() {
		if w.queue.events[0].at.After(end) {
			break
		}
		next := w.queue.next()
		w.now = next.at
		next.do()
	}
}

// pass lets d pass.
func (w *World) pass(d time.Duration) {
	end := w.now.Add(d)
	w.advance(end, func() bool { return false })
	w.now = end
}
