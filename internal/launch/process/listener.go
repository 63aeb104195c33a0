package process

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"networkmngr/internal/config"
)

// Listen returns the listener that the parent has handed over to this process, or
// makes one on address. The error is that of net, or says that what was handed over is no
// listener.
func Listen(address string) (net.Listener, error) {
	text := os.Getenv(config.Listener)
	if !Launched() || text == "" {
		return net.Listen("tcp", address)
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", config.Listener, err)
	}
	file := os.NewFile(uintptr(number), "listener")
	defer file.Close() // what listens has a copy
	return net.FileListener(file)
}
