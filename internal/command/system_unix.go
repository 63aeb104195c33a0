//go:build unix

package command

// checkSystem returns nil: a network runs on this system.
func checkSystem() error { return nil }
