package sim

import (
	"time"

	"github.com/cespare/xxhash/v2"

	"networkmngr/internal/core"
	"networkmngr/internal/record"
)

// Replay has one node of a world meet what a recording tells, whichever driver has made
// that: each input comes when the virtual time is what it was. What the core wants done
// is compared, and not carried out, as the recording has what came of it. An error is
// that of record.Reader.
func Replay(r *record.Reader) (record.Result, error) {
	machine, err := r.Header.Machine()
	if err != nil {
		return record.Result{}, err
	}
	w := &World{begin: r.Header.Start, now: r.Header.Start, trace: xxhash.New()}
	n := &node{world: w, boot: 1, core: machine}
	return r.Play(func(at time.Time, in core.Input) (effects []core.Effect) {
		w.at(at, func() { effects = n.step("replayed", in) })
		w.advance(at, func() bool { return false })
		return effects
	})
}
