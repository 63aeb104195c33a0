//go:build race

package main_test

// The programs are built with the race detector if the tests are, as scripts/test has them:
// it may take its time.
func init() {
	buildFlags = append(buildFlags, "-race")
	memoryBound *= 6
	pastes = 2
}
