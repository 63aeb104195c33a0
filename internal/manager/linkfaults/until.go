package linkfaults

import (
	"context"
	"time"

	"networkmngr/internal/events"
)

// Run ends faults when the time that they were set for has passed, until ctx ends.
func (f *Faults) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for failed := false; ; {
		timer.Stop()
		if wait, ends := f.untilNextEnd(); failed {
			timer.Reset(f.Limits.Retry)
		} else if ends {
			timer.Reset(wait)
		}
		failed = false
		select {
		case <-ctx.Done():
			return
		case <-f.moved:
		case <-timer.C:
			if err := f.endNow(ctx); err != nil {
				f.Logger.Warn("faults that are over have not ended", "error", err)
				failed = true
			}
		}
	}
}

// untilNextEnd is how long it is until a part of the faults ends; nothing ends while the network's
// time stands still.
func (f *Faults) untilNextEnd() (wait time.Duration, ends bool) {
	lab, next := f.lab(), f.Asked().Desired.Next()
	return next.Sub(lab.Time(time.Now())), !next.IsZero() && !lab.Stands
}

// endNow ends what is over.
func (f *Faults) endNow(ctx context.Context) error {
	release, err := f.Network.Change(ctx)
	if err != nil {
		return nil // all of it ends
	}
	defer release()
	before := f.Asked().Desired
	left := before.After(f.lab().Time(time.Now()))
	if left.Equal(before) {
		return nil // somebody was faster
	}
	_, err = f.apply(ctx, change{next: left, why: events.FaultsOver, reconnect: before.Reconnects()})
	return err
}
