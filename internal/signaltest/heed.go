// Package signaltest has signals end the programs that tests start, wherever the tests run.
package signaltest

import (
	"os"
	"os/signal"
)

// Heed has programs that are started from now on heed these signals though the tests' own
// process was started to ignore them, as nohup does with SIGHUP: a program ignores what its
// parent ignores, and takes what its parent handles for itself.
func Heed(signals ...os.Signal) {
	for _, s := range signals {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}
