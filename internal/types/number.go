package types

import (
	"fmt"
	"strconv"
	"strings"
)

// maxNumberLength is how many characters a number in Data may have. A double
// needs no more than 25.
const maxNumberLength = 40

// checkNumber checks that text is a number in which those who read all numbers
// as doubles (JavaScript, Go) and those who read whole ones as integers without a
// bound (Python) see the same value:
//   - it has at most maxNumberLength characters;
//   - rounded to the nearest double (IEEE 754) it is finite, and zero only if
//     zero is what is written: -0 and 0e999 may be, 1e400 and 1e-400 may not;
//   - written without a fraction and an exponent, it is exactly a double: of
//     9007199254740993 one reader sees each digit, and another one
//     9007199254740992.
//
// RFC 7493, section 2.2, asks for no more magnitude or precision than a double
// has, and warns that whole numbers beyond 2^53-1 are not exact everywhere. Those
// beyond it that are doubles, such as 2^60, lose nothing and are taken. A number
// with a fraction or an exponent is a double for all readers, who round it alike;
// few fractions are doubles exactly.
func checkNumber(text string) error {
	if len(text) > maxNumberLength {
		return fmt.Errorf("%w: number %.16s… has more than %d characters", ErrIJSON, text, maxNumberLength)
	}
	whole, ok := numberForm(text)
	if !ok {
		return fmt.Errorf("%q is no number", text)
	}
	const alwaysExact = 15 // digits
	if whole && len(text) <= alwaysExact {
		return nil
	}
	double, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return fmt.Errorf("%w: number %s is beyond a double's range", ErrIJSON, text)
	case double == 0 && !writtenZero(text):
		return fmt.Errorf("%w: number %s is below a double's range", ErrIJSON, text)
	case whole && strconv.FormatFloat(double, 'f', 0, 64) != text:
		return fmt.Errorf("%w: whole number %s is not exactly a double, want a string", ErrIJSON, text)
	}
	return nil
}

// numberForm reports whether text is a number of JSON's, and whether one
// without a fraction and an exponent.
func numberForm(text string) (whole, ok bool) {
	rest := strings.TrimPrefix(text, "-")
	size := digits(rest)
	if size == 0 || size > 1 && rest[0] == '0' {
		return false, false
	}
	rest = rest[size:]
	whole = rest == ""
	if strings.HasPrefix(rest, ".") {
		size = digits(rest[1:])
		if rest = rest[1+size:]; size == 0 {
			return false, false
		}
	}
	return whole, rest == "" || isExponent(rest)
}

func isExponent(text string) bool {
	if text[0] != 'e' && text[0] != 'E' {
		return false
	}
	text = text[1:]
	if text != "" && (text[0] == '+' || text[0] == '-') {
		text = text[1:]
	}
	return text != "" && digits(text) == len(text)
}

// digits is how many digits text starts with.
func digits(text string) int {
	size := 0
	for size < len(text) && isDigit(text[size]) {
		size++
	}
	return size
}

// writtenZero reports whether no digit before the exponent is more than zero.
func writtenZero(number string) bool {
	mantissa, _, _ := strings.Cut(strings.ToLower(number), "e")
	return strings.Trim(mantissa, "-0.") == ""
}
