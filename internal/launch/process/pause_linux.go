package process

import "golang.org/x/sys/unix"

// awaitStop returns when all of the process stands still, which takes a moment after
// the signal, or when it has ended.
func (p *Process) awaitStop() {
	const look = unix.WSTOPPED | unix.WEXITED | unix.WNOWAIT // and leave its end to who waits for that
	for unix.Waitid(unix.P_PID, p.cmd.Process.Pid, nil, look, nil) == unix.EINTR {
	}
}
