package sim

// RunBusy plays the busy part of a story and checks nothing, for benchmarks.
func (w *World) RunBusy() error {
	if err := w.startAll(); err != nil {
		return err
	}
	w.beBusy()
	return nil
}
