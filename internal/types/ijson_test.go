package types_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// readable is data that is taken, at the ends of what is.
var readable = []string{
	`0`, `-0`, `-0.0`, `0e999`, `0e99999999999999999999`, `-0.0e-99999999999999999999`, `5e-324`, `2.5e-324`, `1.7976931348623157e308`, `-1.7976931348623158E+308`,
	`9007199254740991`, `-9007199254740992`, `1152921504606846976`, `10000000000000000000000`,
	`0.1`, `3.1415926535897932384626433832795028841`, `1e-0000000000000000000000000000000000005`,
	`9007199254740993.0`, // with a fraction, a reader expects a double
	`true`, `false`, `[null]`, `""`, `"null"`,
	`"\"\\\/\b\f\n\r\t"`, `"\u0000\u001f\u007F"`, "\"\x7f\"", `"<b>&amp;"`, "\"\u2028\u2029\"",
	`"\ud83d\ude00"`, "\"\U0001F600\"", `"\uDBFF\udffd"`, "\"\U0010fffd\"", `"\ufdcf\ufdf0\ufffd"`, "\"\ufffd\"",
	`{"":0," ":0,"a":0,"A":0,"\u0000":0}`, `{"é":1,"e\u0301":2}`, `{"a":{"a":[{"a":{}}]}}`,
	`{"__proto__":1,"constructor":{"prototype":2}}`,
}

// unreadable is JSON that some reader refuses, or reads as something else.
var unreadable = map[string]string{
	"many digits":                   strings.Repeat("1", 5000),
	"forty-one characters":          `1.` + strings.Repeat("0", 39),
	"beyond a double":               `1e400`,
	"beyond a double, negative":     `-1.8e308`,
	"beyond any exponent":           `1e99999999999999999999`,
	"below any exponent":            `-1e-99999999999999999999`,
	"rounded up to infinity":        `1.797693134862315808e308`,
	"beyond a double, no exponent":  `[1` + strings.Repeat("0", 400) + `]`,
	"rounded down to zero":          `1e-400`,
	"half the least double":         `2.4703282292062327e-324`,
	"not exactly a double":          `9007199254740993`,
	"not exactly a double, longer":  `-123456789012345678901234567890`,
	"lone high surrogate":           `"\ud800"`,
	"lone low surrogate":            `"\uDFFF"`,
	"two high surrogates":           `"\ud83d\ud83d\ude00"`,
	"surrogates the wrong way":      `"\ude00\ud83d"`,
	"surrogate before a character":  `"\ud83dx"`,
	"surrogate before an escape":    `"\ud83d\n"`,
	"surrogate before an unit":      `"\ud83d\u0041"`,
	"lone surrogate in a key":       `{"\ud800":1}`,
	"noncharacter":                  "\"\ufffe\"",
	"noncharacter, escaped":         `"\uFFFF"`,
	"noncharacter in a block":       "\"\ufdd0\"",
	"noncharacter of another plane": `"\ud83f\udfff"`,
	"last noncharacter":             "\"\U0010ffff\"",
	"noncharacter in a key":         `{"\ufdef":1}`,
	"key twice":                     `{"a":1,"a":2}`,
	"key twice, one escaped":        `{"a":1,"\u0061":2}`,
	"key twice, as a pair":          "{\"\U0001F600\":1,\"\\ud83d\\uDE00\":2}",
	"key twice, slash escaped":      `{"a/b":1,"a\/b":1}`,
	"key twice, with space between": `[ { "a" : 1 , "b" : 2 , "a" : 3 } ]`,
	"empty key twice":               `{"":1,"":1}`,
	"key twice, deep":               `[[{"a":[{"b":1,"c":2,"b":3}]}]]`,
}

func TestDataThatEveryReaderReads(t *testing.T) {
	for _, text := range readable {
		require.NoError(t, types.CheckData([]byte(text)), text)
		requireReadByOthers(t, []byte(text), []byte(text))
	}
}

func TestDataThatSomeReaderMisreads(t *testing.T) {
	for name, text := range unreadable {
		t.Run(name, func(t *testing.T) {
			_, err := types.CompactJSON([]byte(text))
			require.ErrorIs(t, err, types.ErrIJSON)
			require.ErrorIs(t, err, types.ErrJSON)
			require.Error(t, types.CheckData([]byte(text)))
			require.Less(t, len(err.Error()), 300, "the message shows only the beginning")
		})
	}
}

// A number that is as long as one may be is held to the same rules as a shorter
// one.
func TestNumbersOfTheGreatestLength(t *testing.T) {
	longest := `1.` + strings.Repeat("0", 38)
	require.NoError(t, types.CheckData([]byte(longest)))
	require.ErrorIs(t, types.CheckData([]byte(longest+"0")), types.ErrIJSON)
	require.NoError(t, types.CheckData([]byte(`[`+longest+`,`+longest+`]`)))
	require.ErrorIs(t, types.CheckData([]byte(strings.Repeat("1", 40))), types.ErrIJSON)
}

func TestErrorOfDataSaysWhere(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": 1, "a": 2}`: `byte 12: not I-JSON (RFC 7493): key "a" twice in an object`,
		`[1e400]`:          `byte 1: not I-JSON (RFC 7493): number 1e400 is beyond a double's range`,
		`["x\ud800"]`:      `byte 9: not I-JSON (RFC 7493): surrogate U+D800 in a string, which is not half of a pair`,
		`[1 2]`:            `byte 3: want a comma or ']', found "2]"`,
		`{"a"`:             `byte 4: want a colon, the text ends`,
		`[01]`:             `byte 1: "01" is no number`,
		`[nul]`:            `byte 1: want a value, found "nul]"`,
	} {
		_, err := types.CompactJSON([]byte(text))
		require.ErrorContains(t, err, want)
	}
}

// requireReadByOthers holds that two libraries take text, and that compact is
// what they make of it.
func requireReadByOthers(t *testing.T, text, compact []byte) {
	if compact == nil {
		require.Contains(t, []string{"", "null"}, string(bytes.TrimSpace(text)))
		return
	}
	var out bytes.Buffer
	require.NoError(t, json.Compact(&out, text))
	require.Equal(t, out.String(), string(compact))
	var value any
	require.NoError(t, json.Unmarshal(text, &value), "with numbers as doubles")
	strict, err := strictly(text)
	require.NoError(t, err)
	require.Equal(t, string(strict), string(compact))
}

// requireRefusedForAReason holds that no library would have taken text as it
// stands, unless text breaks one of the rules that they leave alone.
func requireRefusedForAReason(t *testing.T, text []byte, err error) {
	if errors.Is(err, types.ErrIJSON) || errors.Is(err, types.ErrDepth) {
		return
	}
	_, missed := strictly(text)
	require.Error(t, missed, "refused with: %v", err)
}

// strictly compacts text, with each key once and strings of whole characters.
func strictly(text []byte) (jsontext.Value, error) {
	value := jsontext.Value(slices.Clone(text))
	return value, value.Compact(jsontext.AllowDuplicateNames(false), jsontext.AllowInvalidUTF8(false))
}

// What is taken has one value for readers in other languages too. Both write
// numbers as the bits of doubles and strings as UTF-8, which does not depend on
// how they like to show them.
func TestReadersInOtherLanguagesAgree(t *testing.T) {
	texts := plainJSON(t, readable)
	python := output(t, texts, "python3", "-c", `
import json, struct, sys
def show(v):
    if isinstance(v, bool) or v is None: return str(v).lower()
    if isinstance(v, (int, float)):
        assert float(v) == v
        return struct.pack(">d", v if v else 0).hex()
    if isinstance(v, str): return '"' + v.encode().hex()
    if isinstance(v, list): return "[" + ",".join(map(show, v)) + "]"
    return "{" + ",".join(sorted(show(k) + ":" + show(x) for k, x in v.items())) + "}"
for text in json.load(sys.stdin): print(show(json.loads(text)).replace("none", "null"))
`)
	node := output(t, texts, "node", "-e", `
const show = v => {
  if (v === null || typeof v === "boolean") return String(v);
  if (typeof v === "number") { const b = Buffer.alloc(8); b.writeDoubleBE(v || 0); return b.toString("hex"); }
  if (typeof v === "string") return '"' + Buffer.from(v).toString("hex");
  if (Array.isArray(v)) return "[" + v.map(show) + "]";
  return "{" + Object.keys(v).map(k => show(k) + ":" + show(v[k])).sort() + "}";
};
for (const text of JSON.parse(require("fs").readFileSync(0))) console.log(show(JSON.parse(text)));
`)
	require.Len(t, python, len(readable))
	for i, text := range readable {
		require.Equal(t, python[i], node[i], text)
	}
}

// output is the lines that a program writes when it reads input.
func output(t *testing.T, input []byte, name string, args ...string) []string {
	command := exec.Command(name, args...)
	command.Stdin = bytes.NewReader(input)
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	require.NoError(t, err, complaint.String())
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}
