// Package hostport says what a host and a port may be, wherever somebody names one: in a
// flag, a settings file or a request. It is pure.
package hostport

import (
	"net/netip"
	"strconv"
	"strings"
)

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"

// IsHost reports whether text is an IP address or looks like a name. What ends in a number
// is no name (RFC 3696, 2), but an address with a slip, to which nobody ever answers. An
// address with a zone is of one machine only, and stands in no URL.
func IsHost(text string) bool {
	if ip, err := netip.ParseAddr(text); err == nil {
		return ip.Zone() == ""
	}
	last := text[strings.LastIndexByte(strings.TrimSuffix(text, "."), '.')+1:]
	return strings.Trim(last, "0123456789.") != "" && strings.Trim(text, letters) == ""
}

// IsPort reports whether text is the decimal number of a port that can be dialled, 1 to
// 65535.
func IsPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}
