package api

import "regexp"

// MinHashDigits is how many digits of a block's hash name it, if no other block has them.
const MinHashDigits = 6

var (
	hashDigits = regexp.MustCompile(`^[0-9a-fA-F]{6,64}$`)
	height     = regexp.MustCompile(`^[1-9][0-9]{0,19}$`) // of a number with zeros in front, those may be a hash's
)

// BeginsHash reports whether a text is a block's hash or its first digits, and no height.
func BeginsHash(text string) bool { return hashDigits.MatchString(text) && !height.MatchString(text) }
