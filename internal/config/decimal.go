package config

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// Decimal has the flags for whole numbers take them as people write them: 010 is ten,
// and not as in Go eight; 0x10 is no number.
func Decimal(flags *pflag.FlagSet) {
	flags.VisitAll(func(flag *pflag.Flag) {
		if _, done := flag.Value.(decimal); done {
			return
		}
		switch flag.Value.Type() {
		case "int", "uint64":
			flag.Value = decimal{flag.Value}
		}
	})
}

// decimal is the value of a flag for a whole number.
type decimal struct{ pflag.Value }

// Set sets the value; see [pflag.Value].
func (d decimal) Set(text string) error {
	digits := strings.TrimLeft(text, "+-")
	if strings.Trim(digits, "0123456789") != "" {
		return fmt.Errorf("%q is no decimal number", text)
	}
	sign := strings.TrimSuffix(text, digits)
	if digits != "" {
		digits = cmp.Or(strings.TrimLeft(digits, "0"), "0")
	}
	return d.Value.Set(sign + digits)
}
