//go:build !linux && !darwin

package store

// currentBoot is unknown.
func currentBoot() bootID { return bootID{} }
