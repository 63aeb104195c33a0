package cores

import "runtime"

// Background does work that needs a core for long, on a thread that leaves the processor to whoever
// else has something to do, and returns when the work has ended. Until then the process may use
// all cores: with one, whatever else it is given to do would wait for the work to be interrupted,
// ten milliseconds each time.
func (g *Governor) Background(work func()) {
	g.begins()
	defer g.ends()
	yielding(work)
}

// begins notes that something is done in the background.
func (g *Governor) begins() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.background++
	if !g.all && !g.ended {
		g.useAll()
	}
}

func (g *Governor) ends() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.background--
}

// yielding does work on a thread that yields, and that ends with the work, as its priority may
// not be raised again.
func yielding(work func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // with no Unlock, the thread ends
		if isMain() {          // but for this one, which is kept while another one does the work
			defer runtime.UnlockOSThread()
			yielding(work)
			return
		}
		yield()
		work()
	}()
	<-done
}
