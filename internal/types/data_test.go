package types_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

func TestCompactJSON(t *testing.T) {
	for text, compact := range map[string]string{
		``:                          ``,
		`null`:                      ``,
		" null\n":                   ``,
		`1`:                         `1`,
		"\t[ 1 , 2 ]\r\n":           `[1,2]`,
		`{ "a b" : " c " }`:         `{"a b":" c "}`,
		`"<b>&amp;"`:                `"<b>&amp;"`,
		"\"\u2028\u2029\"":          "\"\u2028\u2029\"",
		`"\u2028\u003c"`:            `"\u2028\u003c"`, // escapes stay as they were signed
		`1.50e+10`:                  `1.50e+10`,       // numbers too
		`{ "a" : [ ] , "A" : { } }`: `{"a":[],"A":{}}`,
		`"null"`:                    `"null"`,
		`""`:                        `""`,
		`[null]`:                    `[null]`,
	} {
		got, err := types.CompactJSON([]byte(text))
		require.NoError(t, err, text)
		require.Equal(t, compact, string(got))
		require.NoError(t, types.CheckData(got))
		require.Equal(t, text == compact, types.CheckData([]byte(text)) == nil, text)
	}
}

func TestCompactJSONRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"invalid UTF-8 in a string":  "\"\xff\"",
		"overlong UTF-8":             "\"\xc0\xaf\"",
		"a surrogate in UTF-8":       "\"\xed\xa0\x80\"",
		"control character":          "\"\x01\"",
		"zero byte":                  "\x00",
		"two values":                 "1 2",
		"half a value":               `{"a":`,
		"trailing comma":             `[1,]`,
		"comment":                    `1 // one`,
		"leading zero":               `01`,
		"byte order mark":            "\ufeff1",
		"no-break space":             "\u00a0",
		"next line before null":      "\u0085null",
		"white space alone":          " \n",
		"vertical tab":               "\v",
		"NaN":                        `NaN`,
		"single quotes":              `'a'`,
		"unbalanced":                 `[}`,
		"nesting beyond every limit": strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := types.CompactJSON([]byte(text))
			require.ErrorIs(t, err, types.ErrJSON)
			require.ErrorIs(t, types.CheckData([]byte(text)), types.ErrJSON)
		})
	}
}

// nested is a list in a list in a list, so many deep, with brackets in a
// string that must not count.
func nested(depth int) []byte {
	return []byte(strings.Repeat("[", depth-1) + `["[{\"[["]` + strings.Repeat("]", depth-1))
}

// Data may stand in a transaction in a block in a chain, and every reader of
// JSON gives up at some depth: Go's own at 10,000, others at 64. A block that
// no JSON reader takes would stop every API that shows it.
func TestDataNestsOnlySoDeep(t *testing.T) {
	require.NoError(t, types.CheckData(nested(32)))
	require.ErrorIs(t, types.CheckData(nested(33)), types.ErrJSON)
	_, err := types.CompactJSON(nested(33))
	require.ErrorIs(t, err, types.ErrJSON)
	require.ErrorIs(t, err, types.ErrDepth)
	require.ErrorContains(t, err, "more than 32 levels")
	require.ErrorIs(t, types.CheckData([]byte(strings.Repeat(`{"a":`, 33)+"1"+strings.Repeat("}", 33))), types.ErrJSON)
	require.NoError(t, types.CheckData([]byte(`[`+strings.Repeat("[{}],", 1000)+`1]`)), "breadth is free")
}

func TestEveryAllowedDataCanBeShown(t *testing.T) {
	for _, depth := range []int{32, 33, 9_000, 9_999, 10_000} {
		tx := coinbaseAt(1)
		tx.Data = nested(depth)
		if types.CheckData(tx.Data) == nil {
			shown := plainJSON(t, map[string]any{"chain": []types.Block{{Transactions: []types.Transaction{tx}}}})
			var again struct{ Chain []types.Block }
			require.NoError(t, json.Unmarshal(shown, &again))
			require.Equal(t, tx, again.Chain[0].Transactions[0])
		}
	}
}
