package links

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Rate is in bits a second: in JSON a string such as "8Mbit/s", or a number of bit/s.
type Rate int64

// Size is in bytes: in JSON a string such as "64kB", or a number of bytes.
type Size int64

// unit is a name and how much one of it is.
type unit struct {
	name string
	is   float64
}

// The units, the greatest first; of two that are equal the first one is written.
var (
	rateUnits = []unit{{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}, {"bit/s", 1}}
	sizeUnits = []unit{
		{"GiB", 1 << 30}, {"GB", 1e9}, {"MiB", 1 << 20}, {"MB", 1e6}, {"KiB", 1 << 10}, {"kB", 1e3}, {"B", 1},
	}
)

// String is in the greatest unit in which it has at most three decimal places.
func (r Rate) String() string { return written(float64(r), rateUnits, 1000) }

// String is in the greatest unit of which it is a whole number.
func (s Size) String() string { return written(float64(s), sizeUnits, 1) }

// written is a value in the greatest unit of which it has a whole number of parts.
func written(value float64, units []unit, parts float64) string {
	for _, unit := range units {
		if in := value / unit.is; math.Abs(in) >= 1 && in*parts == math.Trunc(in*parts) {
			return strconv.FormatFloat(in, 'f', -1, 64) + unit.name
		}
	}
	return strconv.FormatFloat(value, 'f', -1, 64) + units[len(units)-1].name
}

// MarshalText is String, for JSON. The error is nil.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// MarshalText is String, for JSON. The error is nil.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// What is wanted of a text, in an error.
const (
	wantRate        = "a rate such as 8Mbit/s"
	wantSize        = "a size such as 64kB or 1MiB"
	wantShare       = "a share such as 1%"
	wantShareNumber = `a share such as "1%", or as a number such as 0.01`
)

// UnmarshalText reads a number with its unit. The error says what was wanted.
func (r *Rate) UnmarshalText(text []byte) error {
	value, ok := parsed(string(text), rateUnits)
	*r = Rate(value)
	return unless(ok, "%.64q", text, wantRate)
}

// UnmarshalText reads a number with its unit. The error says what was wanted.
func (s *Size) UnmarshalText(text []byte) error {
	value, ok := parsed(string(text), sizeUnits)
	*s = Size(value)
	return unless(ok, "%.64q", text, wantSize)
}

// unless is an error that shows a text and what is wanted, unless all is well.
func unless(ok bool, shown string, text []byte, want string) error {
	if ok {
		return nil
	}
	return fmt.Errorf(shown+", want %s", text, want)
}

// parsed reads a number with one of the units.
func parsed(text string, units []unit) (int64, bool) {
	for _, unit := range units {
		if number, found := strings.CutSuffix(text, unit.name); found {
			value, ok := decimal(number)
			value = math.Round(value * unit.is)
			return int64(value), ok && math.Abs(value) < 1<<53
		}
	}
	return 0, false
}

// decimal reads a number as people write it: no exponent, no hex, no infinity.
func decimal(text string) (float64, bool) {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789.") != "" {
		return 0, false
	}
	value, err := strconv.ParseFloat(text, 64)
	return value, err == nil
}

// UnmarshalJSON reads a string with a unit, or a number of bit/s. The error says what was
// wanted.
func (r *Rate) UnmarshalJSON(text []byte) error {
	if inner, quoted := unquoted(text); quoted {
		return r.UnmarshalText(inner)
	}
	value, ok := whole(text)
	*r = Rate(value)
	return unless(ok, "%.64s", text, wantRate)
}

// UnmarshalJSON reads a string with a unit, or a number of bytes. The error says what was
// wanted.
func (s *Size) UnmarshalJSON(text []byte) error {
	if inner, quoted := unquoted(text); quoted {
		return s.UnmarshalText(inner)
	}
	value, ok := whole(text)
	*s = Size(value)
	return unless(ok, "%.64s", text, wantSize)
}

// unquoted is what stands between quotes: no unit has a character that JSON escapes.
func unquoted(text []byte) ([]byte, bool) {
	if len(text) < 2 || text[0] != '"' {
		return nil, false
	}
	return text[1 : len(text)-1], true
}

// whole reads a number of JSON's that is a whole one, and exact as a double.
func whole(text []byte) (int64, bool) {
	value, err := strconv.ParseFloat(string(text), 64)
	return int64(value), err == nil && value == math.Trunc(value) && math.Abs(value) < 1<<53
}

// Share is a part of a whole, from 0 to 1: in JSON a string such as "1%", or a number
// such as 0.01.
type Share float64

// String is in percent, as in JSON, with at most 12 digits.
func (s Share) String() string {
	percent, err := strconv.ParseFloat(strconv.FormatFloat(float64(s)*100, 'g', 12, 64), 64)
	if err != nil {
		percent = float64(s) * 100 // no number at all, or beyond all
	}
	return strconv.FormatFloat(percent, 'f', -1, 64) + "%"
}

// MarshalText is String, for JSON. The error is nil.
func (s Share) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a number of percent, with the sign. The error says what was wanted.
func (s *Share) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	value, ok := decimal(number)
	*s = Share(value / 100)
	return unless(percent && ok, "%.64q", text, wantShare)
}

// UnmarshalJSON reads a string of percent, or a number from 0 to 1. The error says what was
// wanted.
func (s *Share) UnmarshalJSON(text []byte) error {
	if inner, quoted := unquoted(text); quoted {
		return s.UnmarshalText(inner)
	}
	value, err := strconv.ParseFloat(string(text), 64)
	*s = Share(value)
	return unless(err == nil, "%.64s", text, wantShareNumber)
}
