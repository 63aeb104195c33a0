package process

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// A thread of a child may sleep longer than it asks for, by a slack. Go's scheduler watches a
// program that does anything from a thread of its own, which sleeps for 20 microseconds at a
// time: with twenty nodes that do little on two cores, these threads took a quarter of the
// processor. With leastSlack, delays of links come out as they were asked for; a millisecond
// would make them up to one millisecond longer. Where more nodes share a core than
// leastSlack/slackEach, each thread waits longer than that for its turn anyway.
const (
	leastSlack = 500 * time.Microsecond
	mostSlack  = 5 * time.Millisecond
	slackEach  = 50 * time.Microsecond // for each child that shares a core
)

// slack is that of a child of so many on this machine.
func slack(crowd int) time.Duration {
	shares := time.Duration(crowd / runtime.NumCPU())
	return min(max(shares*slackEach, leastSlack), mostSlack)
}

// coarsenSleep has what this thread starts sleep coarsely, as one of so many children on this
// machine; see prctl(2). A kernel that knows no slack does without.
func coarsenSleep(crowd int) {
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(slack(crowd)), 0, 0, 0)
}

// refineSleep takes that back.
func refineSleep() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) }
