package process

import (
	"time"

	"golang.org/x/sys/unix"
)

// sleepSlack is how much longer than it asks for a thread of a child may sleep. Go's
// scheduler watches a program that does anything from a thread of its own, which sleeps
// for 20 microseconds at a time: with twenty nodes that do little on two cores, these
// threads took a quarter of the processor. A millisecond saves a little more, but delays that
// are asked for on links then come out up to one millisecond longer.
const sleepSlack = 500 * time.Microsecond

// coarsenSleep has what this thread starts sleep coarsely, see prctl(2). A kernel that
// knows no slack does without.
func coarsenSleep() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(sleepSlack), 0, 0, 0) }

// refineSleep takes that back.
func refineSleep() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) }
