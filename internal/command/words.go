package command

import (
	"fmt"
	"strings"

	"networkmngr/internal/types"
)

const none = "-"

// orDash is a value that may not be known.
func orDash[T any](value *T) string {
	if value == nil {
		return none
	}
	return fmt.Sprint(*value)
}

// shortHash is enough of a hash to tell blocks of one network apart.
func shortHash(h types.Hash) string {
	const digits = 12
	return h.String()[:digits]
}

func shortTip(h *types.Hash) string {
	if h == nil {
		return none
	}
	return shortHash(*h)
}

// shortAddress is both ends of an account's address.
func shortAddress(a types.Address) string {
	const start, end = 11, 5
	s := a.String()
	return s[:start] + "…" + s[len(s)-end:]
}

// withoutID is a peer's multiaddress up to its id.
func withoutID(multiaddress string) string {
	address, _, _ := strings.Cut(multiaddress, "/p2p/")
	return address
}

// plural is "1 node", "2 nodes".
func plural(count int, thing string) string {
	if count == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", count, thing)
}
