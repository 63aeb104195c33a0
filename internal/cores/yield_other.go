//go:build !linux

package cores

// yield does nothing: only Linux has a priority for each thread.
func yield() {}

// isMain returns false: it does not matter which thread does not yield.
func isMain() bool { return false }
