package process

import "syscall"

// childAttributes gives the child its own process group, and has the kernel
// kill it when the parent dies: the pipe on standard input lets a child stop in
// order, and this ends a child that is paused or hangs. The kernel means the
// thread that started the child, which [Process.run] therefore keeps.
func childAttributes() (*syscall.SysProcAttr, error) {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}, nil
}
