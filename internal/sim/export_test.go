package sim

// RunBusy plays the busy part of a scenario and checks nothing, for benchmarks.
func (w *World) RunBusy() error {
	if err := w.startAll(); err != nil {
		return err
	}
	w.runActive()
	return nil
}
