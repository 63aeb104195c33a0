package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

const none = "-"

// orDash is a value in words, if it is known.
func orDash[T any](value *T, words func(T) string) string {
	if value == nil {
		return none
	}
	return words(*value)
}

// argumentCount says how many arguments there are, and that one is empty, which none may be.
func argumentCount(args []string) string {
	switch count := terminal.Plural(len(args), "argument"); {
	case !slices.Contains(args, ""):
		return count
	case len(args) == 1:
		return "an empty argument"
	default:
		return count + ", one of them empty"
	}
}

func number[T any](value T) string { return fmt.Sprint(value) }

// shortHash is enough of a hash to tell blocks of one network apart.
func shortHash(h types.Hash) string {
	const digits = 12
	return h.String()[:digits]
}

// shortWork is a number of hashes with three digits: "1.62M".
func shortWork(decimal string) string {
	work, err := strconv.ParseFloat(decimal, 64)
	number, prefix := scaled(work)
	if err != nil || prefix == "" {
		return decimal
	}
	return fmt.Sprintf("%.3g%s", number, prefix)
}

// scaled is a number of at most three digits before the point, and the prefix of its
// unit, such as k for a thousand.
func scaled(n float64) (number float64, prefix string) {
	for _, prefix := range []string{"", "k", "M", "G", "T", "P", "E", "Z"} {
		if n < 999.5 {
			return n, prefix
		}
		n /= 1000
	}
	return n, "Y"
}

// shortAddress is both ends of an account's address, more of them than its Short, which is
// for tables with columns beside it.
func shortAddress(a types.Address) string {
	const first, last = 11, 5
	text := a.String()
	return text[:first] + "…" + text[len(text)-last:]
}

// withoutID is a peer's multiaddress up to its id.
func withoutID(multiaddress string) string {
	address, _, _ := strings.Cut(multiaddress, "/p2p/")
	return address
}
