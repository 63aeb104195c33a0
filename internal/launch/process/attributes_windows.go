package process

import (
	"fmt"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// childAttributes gives the child its own process group, which keeps it from the
// Ctrl-C that reaches all processes of a console, and has the system kill it when the
// parent ends: the pipe on standard input lets a child stop in order, and this ends one
// that hangs.
func childAttributes() (*syscall.SysProcAttr, error) {
	if err := endTogether(); err != nil {
		return nil, fmt.Errorf("have nodes end with this process: %w", err)
	}
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}, nil
}

// endTogether puts this process into a job, in which its children are from their first
// moment on. The job's only handle is never closed but by the end of this process, in
// whichever way it ends; then the system kills all that are left in the job.
var endTogether = sync.OnceValue(func() error {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		return err
	}
	return windows.AssignProcessToJobObject(job, windows.CurrentProcess())
})
