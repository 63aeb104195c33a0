package command

import (
	"fmt"
	"strconv"
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

// shortWork is a number of hashes with three digits: "1.62M".
func shortWork(decimal *string) string {
	if decimal == nil {
		return none
	}
	work, err := strconv.ParseFloat(*decimal, 64)
	if err != nil {
		return *decimal
	}
	const units = " kMGTPEZY"
	unit := 0
	for ; work >= 999.5 && unit < len(units)-1; unit++ {
		work /= 1000
	}
	if unit == 0 {
		return *decimal
	}
	return fmt.Sprintf("%.3g%c", work, units[unit])
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
