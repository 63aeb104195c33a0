//go:build race

package main_test

// The programs are built with the race detector if the tests are.
func init() {
	buildFlags = append(buildFlags, "-race")
	memoryBound *= 6
}
