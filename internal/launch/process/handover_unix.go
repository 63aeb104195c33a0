//go:build unix

package process

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"

	"networkmngr/internal/config"
)

// firstExtra is the file descriptor of the first of a command's ExtraFiles.
const firstExtra = 3

// errListener means that a listener has no socket to hand over.
var errListener = errors.New("cannot be handed over")

// handOver has a child begin with a copy of a TCP listener, if there is one. The
// caller closes the file once the child has started.
func handOver(listener net.Listener, to *exec.Cmd) (*os.File, error) {
	if listener == nil {
		return nil, nil
	}
	socket, ok := listener.(interface{ File() (*os.File, error) })
	if !ok {
		return nil, fmt.Errorf("listener on %s %w", listener.Addr(), errListener)
	}
	file, err := socket.File()
	if err != nil {
		return nil, fmt.Errorf("listener on %s %w: %w", listener.Addr(), errListener, err)
	}
	to.ExtraFiles = []*os.File{file}
	to.Env = append(to.Env, config.Listener+"="+strconv.Itoa(firstExtra))
	return file, nil
}
