package state

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"

	"networkmngr/internal/events"
)

// Why the past cannot be told.
var (
	// ErrExpired means that events that it takes are no longer kept.
	ErrExpired = errors.New("events are no longer kept")
	// ErrTooFar means that it takes more events than are read for one answer.
	ErrTooFar = errors.New("too far in the past")
)

const (
	mostKept = 24      // states that a Past keeps
	apart    = 4000    // events that are between two of them at first
	mostRead = 200_000 // events that are read for one answer, while kept states are not further apart
)

// Past is what a network was like after each event of its log. It keeps some states on
// the way, so that few events are read for an answer. Its methods may be called from any
// goroutine.
type Past struct {
	log  *events.Log
	turn chan struct{} // held by who reads, as one at a time does

	mu    sync.Mutex // guards what follows
	kept  []*Fold    // in order, at least apart events from each other; none changes any more
	apart uint64
}

// NewPast makes the past of a log.
func NewPast(log *events.Log) *Past {
	return &Past{log: log, turn: make(chan struct{}, 1), apart: apart}
}

// At returns what the network was like after the event at an offset, which readers of
// the log must see already. The error wraps ErrExpired or ErrTooFar, or is that of ctx.
func (p *Past) At(ctx context.Context, offset uint64) (State, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return State{}, ctx.Err()
	}
	fold, most := p.before(offset)
	if far := offset - fold.offset; far > most {
		return State{}, fmt.Errorf("%w: event %d comes %d events after the last one from which it can be told, and at most %d are read", ErrTooFar, offset, far, most)
	}
	if err := p.goOn(ctx, fold, offset); err != nil {
		return State{}, err
	}
	return fold.State(), nil
}

// goOn applies the events up to an offset.
func (p *Past) goOn(ctx context.Context, fold *Fold, to uint64) error {
	reader := p.log.Reader(fold.offset+1, events.Filter{})
	defer reader.Close()
	for reader.Offset() < to {
		records := reader.Next()
		if len(records) == 0 {
			return fmt.Errorf("%w: event %d is not there", ErrExpired, to)
		}
		for _, record := range records {
			if gap, missing := record.Data.(events.Gap); missing && record.Node == "" && gap.First <= to {
				return fmt.Errorf("%w: those from %d to %d", ErrExpired, gap.First, gap.Last)
			}
			if record.Offset > to {
				break
			}
			fold.Apply(&record.Event)
			p.Keep(fold)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	fold.offset = to // also where the last events are verbose
	return nil
}

// before returns a copy of the last state that is kept up to an offset, and how many
// events may be read from there on: in a long log as many as are between kept states,
// which are less than twice apart.
func (p *Past) before(offset uint64) (fold *Fold, most uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	most = max(mostRead, 2*p.apart)
	if i := p.after(offset); i > 0 {
		return p.kept[i-1].clone(), most
	}
	return NewFold(p.log.Stream()), most
}

// Keep may keep a copy of what the log's events come to up to that of a fold.
func (p *Past) Keep(f *Fold) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := p.after(f.offset)
	var last uint64
	if i > 0 {
		last = p.kept[i-1].offset
	}
	if f.offset-last < p.apart || i < len(p.kept) && p.kept[i].offset-f.offset < p.apart {
		return
	}
	p.kept = slices.Insert(p.kept, i, f.clone())
	for len(p.kept) > mostKept {
		p.thin()
	}
}

// after is the place of the first kept state after an offset.
func (p *Past) after(offset uint64) int {
	return sort.Search(len(p.kept), func(i int) bool { return p.kept[i].offset > offset })
}

// thin doubles the least distance of kept states.
func (p *Past) thin() {
	p.apart *= 2
	var last uint64
	p.kept = slices.DeleteFunc(p.kept, func(f *Fold) bool {
		if f.offset-last < p.apart {
			return true
		}
		last = f.offset
		return false
	})
}

// clone is a copy that goes on by itself.
func (f *Fold) clone() *Fold { return Resume(f.State()) }
