//go:build !linux

package process

// coarsenSleep does nothing here.
func coarsenSleep() {}

// refineSleep does nothing here.
func refineSleep() {}
