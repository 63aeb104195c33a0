package api

import "strings"

// The digits of a block's hash by which it goes, if no other block begins with them, and the
// most that a height has.
const (
	MinHashDigits = 6
	hashDigits    = 64
	heightDigits  = 20
)

// BeginsHash reports whether a text is a block's hash or its first digits, and no height. A
// number with zeros in front is no height.
func BeginsHash(text string) bool {
	return len(text) >= MinHashDigits && len(text) <= hashDigits && consistsOf(text, "0123456789abcdefABCDEF") && !isHeight(text)
}

func isHeight(text string) bool {
	return text[0] != '0' && len(text) <= heightDigits && consistsOf(text, "0123456789")
}

func consistsOf(text, characters string) bool { return strings.Trim(text, characters) == "" }
