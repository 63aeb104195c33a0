//go:build !linux

package process

// coarsenSleep does nothing here.
func coarsenSleep(int) {}

// refineSleep does nothing here.
func refineSleep() {}
