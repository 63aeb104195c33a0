package types_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

func TestParseAmount(t *testing.T) {
	for s, units := range map[string]uint64{
		"0":                       0,
		"0.0":                     0,
		"0.00000000":              0,
		"0.000000000000":          0, // zeros beyond the eighth place change nothing
		"0e0":                     0,
		"0e1000":                  0,
		"0e-1000":                 0,
		"1":                       100_000_000,
		"1.5":                     150_000_000,
		"3":                       300_000_000,
		"0.001":                   100_000,
		"0.00000001":              1,
		"1e-8":                    1,
		"1E-8":                    1,
		"1e-08":                   1,
		"10e-9":                   1,
		"0.1e-7":                  1,
		"1e0":                     100_000_000,
		"1e3":                     100_000_000_000,
		"1e+3":                    100_000_000_000,
		"1.50000000000000":        150_000_000,
		"007":                     700_000_000, // no JSON number, but what people type
		"00.10":                   10_000_000,
		"123456789.12345678":      12_345_678_912_345_678,
		"0.92233720368e11":        math.MaxInt64 / 100_000_000 * 100_000_000,
		"92233720368.54775807":    math.MaxInt64,
		"9223372036854775807e-8":  math.MaxInt64,
		"92233720368547758070e-9": math.MaxInt64,
	} {
		a, err := types.ParseAmount(s)
		require.NoError(t, err, s)
		require.Equal(t, types.Amount(units), a, s)
	}
}

func TestParseAmountRefuses(t *testing.T) {
	for name, list := range map[string][]string{
		"signs":             {"-1", "+1", "-0", "+0", "--1", "−1", "1-", "1+"},
		"ninth place":       {"0.000000001", "1e-9", "0.1e-8", "1.123456789", "0.000000011"},
		"too much":          {"92233720368.54775808", "92233720369", "184467440737.09551616", "9223372036854775808e-8", "1e11", "1e12", "1e1000", "10000000000000000000", "99999999999999999999"},
		"wild exponents":    {"1e1001", "1e-1001", "1e99999999999999999999", "1e-9223372036854775808", "0e9223372036854775807", "1e-1000"},
		"halves of numbers": {"", ".", "1.", ".5", "e", "e5", "1e", "1e+", "1e-", "1.e5", ".e5", "1e5e5", "1e1.5", "1.2.3", "-", "+"},
		"other notations":   {"0x10", "1_000", "1,5", "1 000", "1'000", "1/2", "NaN", "Inf", "infinity", "null", "true", "1p3", "1e 5", "1e+-5", "1e--5", "1e0x5", "1e1_0"},
		"white space":       {" 1", "1 ", "\t1", "1\n", "1\x00", " "},
		"unicode digits":    {"１", "٣", "१", "²", "1２", "1e３", "1\u212f3", "\u212f", "½"},
		"quotes":            {`"1"`, `""`, `'1'`, "`1`"},
		"bytes":             {"\xff", "1\xff", "\xc0\xb1"},
		"length":            {strings.Repeat("0", 65), "1." + strings.Repeat("0", 63), strings.Repeat("9", 1<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range list {
				_, err := types.ParseAmount(s)
				require.ErrorIs(t, err, types.ErrAmount, "%.80q", s)
				require.Less(t, len(err.Error()), 400, "the message must not carry a long input along")
				a := types.Amount(42)
				require.Error(t, a.UnmarshalText([]byte(s)))
				require.Equal(t, types.Amount(42), a, "a refusal must leave the value alone")
			}
		})
	}
}

func TestAmountErrorsSayWhatIsWrong(t *testing.T) {
	for s, want := range map[string]string{
		"0.000000001": `"0.000000001" has more than 8 decimal places`,
		"1e11":        `"1e11" is above 92233720368.54775807`,
		"-1":          `"-1" is negative`,
		"--1":         `"--1" is not a plain decimal number`,
	} {
		_, err := types.ParseAmount(s)
		require.ErrorContains(t, err, want)
	}
}

func TestAmountString(t *testing.T) {
	for a, s := range map[types.Amount]string{
		0:                    "0",
		1:                    "0.00000001",
		10:                   "0.0000001",
		99_999_999:           "0.99999999",
		types.Coin:           "1",
		types.Coin + 1:       "1.00000001",
		types.Coin / 1000:    "0.001",
		3 * types.Coin / 2:   "1.5",
		1000 * types.Coin:    "1000",
		types.MaxAmount:      "92233720368.54775807",
		math.MaxUint64:       "184467440737.09551615",
		types.MaxAmount + 1:  "92233720368.54775808",
		12 * types.Coin / 10: "1.2",
	} {
		require.Equal(t, s, a.String())
	}
}

func TestAmountAdd(t *testing.T) {
	for _, c := range []struct {
		a, b, sum types.Amount
		ok        bool
	}{
		{0, 0, 0, true},
		{1, 2, 3, true},
		{types.MaxAmount, 0, types.MaxAmount, true},
		{types.MaxAmount - 1, 1, types.MaxAmount, true},
		{types.MaxAmount, 1, 0, false},
		{types.MaxAmount, types.MaxAmount, 0, false},
		{types.MaxAmount + 1, 0, 0, false},
		{math.MaxUint64, 1, 0, false}, // would wrap to 0
		{math.MaxUint64, math.MaxUint64, 0, false},
	} {
		for _, order := range [][2]types.Amount{{c.a, c.b}, {c.b, c.a}} {
			sum, ok := order[0].Add(order[1])
			require.Equal(t, c.ok, ok, order)
			require.Equal(t, c.sum, sum, order)
		}
	}
}

func TestAmountJSON(t *testing.T) {
	var a types.Amount
	for _, text := range []string{`1.5`, `"1.5"`, `15e-1`, `"15e-1"`, "\n 1.5 "} {
		require.NoError(t, json.Unmarshal([]byte(text), &a), text)
		require.Equal(t, 3*types.Coin/2, a)
		a = 0
	}
	for _, text := range []string{`""`, `" 1"`, `"\"1\""`, `true`, `[]`, `[1]`, `{}`, `null`, `-1`, `"-1"`, `1e400`} {
		require.ErrorIs(t, json.Unmarshal([]byte(text), &a), types.ErrAmount, text)
	}
	require.Equal(t, `[0.00000001,92233720368.54775807]`, string(plainJSON(t, []types.Amount{1, types.MaxAmount})))
}

func TestAmountRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAmount(t, "amount")
		parsed, err := types.ParseAmount(a.String())
		require.NoError(t, err)
		require.Equal(t, a, parsed)
		var again types.Amount
		require.NoError(t, json.Unmarshal(plainJSON(t, a), &again))
		require.Equal(t, a, again)
	})
}

// exactUnits is the text's value in units by rational arithmetic: what
// ParseAmount must agree with.
func exactUnits(s string) (*big.Int, bool) {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, false
	}
	r.Mul(r, big.NewRat(int64(types.Coin), 1))
	limit := new(big.Int).SetUint64(uint64(types.MaxAmount))
	return r.Num(), r.IsInt() && r.Sign() >= 0 && r.Num().Cmp(limit) <= 0
}

func TestParseAmountAgreesWithRationals(t *testing.T) {
	decimal := rapid.StringMatching(`[0-9]{1,14}(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?`)
	rapid.Check(t, func(t *rapid.T) {
		s := decimal.Draw(t, "decimal")
		want, ok := exactUnits(s)
		a, err := types.ParseAmount(s)
		require.Equal(t, ok, err == nil, "%s: %v", s, err)
		if ok {
			require.Equal(t, want.Uint64(), uint64(a))
		}
	})
}
