package api

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"networkmngr/internal/hostport"
	"networkmngr/internal/types"
)

// thisMachine is meant where an address names a port alone.
const thisMachine = "127.0.0.1"

// ParseAddress reads the usual ways to say where a node answers, and returns
// host:port: that itself, a URL of it such as http://host:port or
// wss://host:port, or for this machine :port or only the port. The error says what was
// wanted of what else is there.
func ParseAddress(text string) (string, error) {
	if len(text) > types.MaxAddressLen {
		return "", fmt.Errorf("address has %d bytes, at most %d", len(text), types.MaxAddressLen)
	}
	address, err := withoutScheme(text)
	if err != nil {
		return "", err
	}
	if _, err := strconv.ParseUint(address, 10, 64); err == nil {
		address = ":" + address
	}
	host, port, err := net.SplitHostPort(address)
	if host == "" {
		host = thisMachine
	}
	if err != nil || !hostport.IsHost(host) {
		return "", fmt.Errorf("address is %q, want host:port such as 127.0.0.1:5000", text)
	}
	if !hostport.IsPort(port) {
		return "", fmt.Errorf("address is %q, its port must be from 1 to 65535", text)
	}
	return net.JoinHostPort(host, port), nil
}

// withoutScheme leaves out of a URL what every node's has: who speaks TLS itself asks others
// so, whatever the scheme says.
func withoutScheme(text string) (string, error) {
	scheme, rest, found := strings.Cut(text, "://")
	if !found {
		return strings.TrimSuffix(text, "/"), nil
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "ws", "wss", "tcp":
		return strings.TrimSuffix(rest, "/"), nil
	default:
		return "", fmt.Errorf("address is %q, want host:port, or a URL that begins with http://, https://, ws://, wss:// or tcp://", text)
	}
}
