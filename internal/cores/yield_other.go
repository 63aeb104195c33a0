//go:build !linux

package cores

// yield does nothing: only Linux has a priority for each thread.
func yield() {}
