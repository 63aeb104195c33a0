package store

import "syscall"

// currentBoot is unknown if the system does not say it.
func currentBoot() bootID {
	text, err := syscall.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return bootID{}
	}
	return parseBoot(text)
}
