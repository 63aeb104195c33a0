package fleet

import (
	"time"

	"networkmngr/internal/launch"
)

// ended is what is left of a node that has ended.
type ended struct {
	ready launch.Ready
	exit  launch.Exit
}

func (e ended) Ready() launch.Ready { return e.ready }
func (e ended) Exit() launch.Exit   { return e.exit }
func (e ended) Logs() string        { return "" }
func (e ended) Pause() error        { return nil }
func (e ended) Resume() error       { return nil }

func (e ended) Stop(time.Duration) launch.Exit { return e.exit }
func (e ended) Kill() launch.Exit              { return e.exit }

func (e ended) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}
