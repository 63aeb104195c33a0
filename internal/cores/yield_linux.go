package cores

import "golang.org/x/sys/unix"

// yielded is by how much less a background thread is urgent, in steps of nice(1):
// with 5 it gets a third of what another one does that wants the same core. It may not be much
// more. A collection of garbage begins once every thread of the process has seen that it does,
// and where other programs use all cores, one that hardly gets any would hold up the process
// by tenths of a second.
const yielded = 5

// yield has this thread leave the processor to others, as far as the system lets it.
func yield() {
	id := unix.Gettid()
	if now, err := niceness(id); err == nil {
		_ = unix.Setpriority(unix.PRIO_PROCESS, id, now+yielded) // at most 19: the kernel sees to that
	}
}

// isMain reports whether this is the process's first thread, which ends with the process alone.
func isMain() bool { return unix.Gettid() == unix.Getpid() }

// niceness is of a thread: from -20 to 19, which is the least urgent.
func niceness(id int) (int, error) {
	raw, err := unix.Getpriority(unix.PRIO_PROCESS, id)
	return 20 - raw, err // see getpriority(2): the system call has no negative answer
}
