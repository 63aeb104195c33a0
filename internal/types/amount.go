package types

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Amount is a number of coins in units of 10^-8, so that sums are exact.
type Amount uint64

const (
	// Decimals is how many places an amount has after the point.
	Decimals = 8
	// Coin is one coin.
	Coin Amount = 100_000_000
	// MaxAmount bounds every amount and the sum of all coins: what fits in an
	// int64, so that readers in other languages can hold it too.
	MaxAmount Amount = math.MaxInt64
)

// ErrAmount means that a text is not an amount.
var ErrAmount = errors.New("not an amount")

// maxAmountText bounds what ParseAmount looks at; the longest exact amount has
// 20 characters, and exponents and zeros may stand around it.
const maxAmountText = 64

// Add is a+b, or false if that is more than MaxAmount.
func (a Amount) Add(b Amount) (Amount, bool) {
	if a > MaxAmount || b > MaxAmount-a {
		return 0, false
	}
	return a + b, true
}

// String is the exact decimal without trailing zeros: "3", "0.001".
func (a Amount) String() string {
	whole := strconv.FormatUint(uint64(a/Coin), 10)
	rest := uint64(a % Coin)
	if rest == 0 {
		return whole
	}
	return whole + "." + strings.TrimRight(fmt.Sprintf("%0*d", Decimals, rest), "0")
}

// MarshalJSON writes the exact decimal as a JSON number. The error is nil.
func (a Amount) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalJSON takes a JSON number, or a string that holds one. The error wraps
// ErrAmount.
func (a *Amount) UnmarshalJSON(text []byte) error {
	if len(text) >= 2 && text[0] == '"' && text[len(text)-1] == '"' {
		text = bytes.Trim(text, `"`)
	}
	return a.UnmarshalText(text)
}

// UnmarshalText is ParseAmount, with its error, for settings and flags.
func (a *Amount) UnmarshalText(text []byte) error {
	parsed, err := ParseAmount(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// ParseAmount reads a decimal number exactly. An exponent is understood, as
// some languages write small numbers with one. A sign, more than eight places, or
// a value above MaxAmount is an error that wraps ErrAmount.
func ParseAmount(s string) (Amount, error) {
	if len(s) > maxAmountText {
		return 0, fmt.Errorf("%w: %d characters, at most %d", ErrAmount, len(s), maxAmountText)
	}
	if _, _, ok := splitDecimal(strings.TrimPrefix(s, "-")); ok && s[0] == '-' {
		return 0, fmt.Errorf("%w: %q is negative", ErrAmount, s)
	}
	digits, exponent, ok := splitDecimal(s)
	if !ok {
		return 0, fmt.Errorf("%w: %q is not a plain decimal number such as 1.5", ErrAmount, s)
	}
	digits = strings.TrimLeft(digits, "0")
	trimmed := strings.TrimRight(digits, "0")
	if trimmed == "" {
		return 0, nil
	}
	zeros := exponent + Decimals + len(digits) - len(trimmed)
	if zeros < 0 {
		return 0, fmt.Errorf("%w: %q has more than %d decimal places", ErrAmount, s, Decimals)
	}
	const maxDigits = 19 // of MaxAmount
	if len(trimmed)+zeros > maxDigits {
		return 0, fmt.Errorf("%w: %q is above %s", ErrAmount, s, MaxAmount)
	}
	units, err := strconv.ParseUint(trimmed+strings.Repeat("0", zeros), 10, 64)
	if err != nil || Amount(units) > MaxAmount {
		return 0, fmt.Errorf("%w: %q is above %s", ErrAmount, s, MaxAmount)
	}
	return Amount(units), nil
}

// splitDecimal reads digits[.digits][e[+-]digits] as the integer digits times
// ten to the exponent.
func splitDecimal(s string) (digits string, exponent int, ok bool) {
	mantissa, power, hasPower := strings.Cut(strings.ToLower(s), "e")
	if hasPower {
		var err error
		if exponent, err = strconv.Atoi(power); err != nil {
			return "", 0, false
		}
		const farTooMuch = 1000 // keeps the sums of this file far from overflow
		if exponent > farTooMuch || exponent < -farTooMuch {
			return "", 0, false
		}
	}
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !allDigits(whole) || (hasPoint && !allDigits(fraction)) {
		return "", 0, false
	}
	return whole + fraction, exponent - len(fraction), true
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
