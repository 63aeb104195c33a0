package events

// bell wakes all who wait for it. It costs nothing while nobody does. Whoever uses
// it holds the lock that guards what it tells of.
type bell struct{ rung chan struct{} }

// wait returns a channel that closes with the next ring.
func (b *bell) wait() <-chan struct{} {
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}

func (b *bell) ring() {
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}
