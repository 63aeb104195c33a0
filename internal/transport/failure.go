package transport

import (
	"context"
	"errors"
	"net"
	"syscall"

	"github.com/libp2p/go-libp2p/core/sec"
)

// failures name why a dial may fail, the first that fits.
var failures = []struct {
	name string
	is   func(error) bool
}{
	{"banned", being(ErrBanned)},
	{"self", being(ErrSelf)},
	{"full", being(ErrFull)},
	{"duplicate", being(ErrDuplicate)},
	{"lab", being(ErrLab)},
	{"closed", being(ErrClosed, context.Canceled)},
	{"identity", func(err error) bool { return errors.As(err, new(sec.ErrPeerIDMismatch)) }},
	{"refused", being(syscall.ECONNREFUSED, refusedOnWindows, ErrCut)},
	{"handshake", being(ErrHandshake)},
	{"timeout", isTimeout},
	{"address", being(ErrAddress)},
	{"other", func(error) bool { return true }},
}

// refusedOnWindows is WSAECONNREFUSED.
const refusedOnWindows = syscall.Errno(10061)

func isTimeout(err error) bool {
	var of net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &of) && of.Timeout()
}

func being(any ...error) func(error) bool {
	return func(err error) bool {
		for _, one := range any {
			if errors.Is(err, one) {
				return true
			}
		}
		return false
	}
}

// Failures lists what Failure may return.
func Failures() (names []string) {
	for _, f := range failures {
		names = append(names, f.name)
	}
	return names
}

// Failure names in a word why a dial failed.
func Failure(err error) string {
	for _, f := range failures {
		if f.is(err) {
			return f.name
		}
	}
	return ""
}
