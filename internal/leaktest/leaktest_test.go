package leaktest

import (
	"testing"
	"time"
)

func TestMain(m *testing.M) { Main(m) }

// goleak looks for half a second.
func TestWhatEndsLateIsNoLeak(t *testing.T) {
	go func() { <-time.After(2 * time.Second) }()
	Verify(t)
}
