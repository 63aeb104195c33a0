package strictjson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/strictjson"
)

type inner struct {
	Count int8     `json:"count"`
	Names []string `json:"names"`
}

// word reads itself, and is a key too.
type word string

func (w *word) UnmarshalText(text []byte) error {
	if string(text) == "bad" {
		return errBad
	}
	*w = word(strings.ToUpper(string(text)))
	return nil
}

var errBad = errors.New("a bad word")

type form struct {
	inner
	One   *inner          `json:"one,omitempty"`
	All   []inner         `json:"all"`
	Words map[word]uint8  `json:"words"`
	Own   *word           `json:"own"`
	Share float64         `json:"share"`
	On    bool            `json:"on"`
	Raw   json.RawMessage `json:"raw"`
	Many  []*word         `json:"many"`
}

func TestUnmarshal(t *testing.T) {
	const text = ` {"count": -1, "names": ["a", "b"], "one": {"count": 2, "names": null}, "all": [{"count": 3}, {}],
		"words": {"x": 1, "y": 2}, "own": "z", "share": 0.5, "on": true, "raw": {"a": [1]}} `
	var got form
	require.NoError(t, strictjson.Unmarshal([]byte(text), &got))
	own := word("Z")
	require.Equal(t, form{
		inner: inner{-1, []string{"a", "b"}}, One: &inner{Count: 2}, All: []inner{{Count: 3}, {}},
		Words: map[word]uint8{"X": 1, "Y": 2}, Own: &own, Share: 0.5, On: true, Raw: []byte(`{"a": [1]}`),
	}, got)
}

// A value of any kind is read as encoding/json does, but strictly.
func TestAny(t *testing.T) {
	const text = `{"a": {"b": [1, "x", true, null, {}]}, "c": []}`
	var strict, loose any
	require.NoError(t, strictjson.Unmarshal([]byte(text), &strict))
	require.NoError(t, json.Unmarshal([]byte(text), &loose))
	require.Equal(t, loose, strict)
	for _, text := range []string{`{"a":1,"a":1}`, `{"a":{"b":1,"b":2}}`, `[[{"b":1,"b":2}]]`} {
		require.ErrorContains(t, strictjson.Unmarshal([]byte(text), &strict), "twice", text)
	}
}

// An absent value and null are the same, but for the whole.
func TestNull(t *testing.T) {
	var got form
	require.NoError(t, strictjson.Unmarshal([]byte(`{"one":null,"all":null,"words":null,"own":null,"count":null,"on":null}`), &got))
	require.Equal(t, form{}, got)
}

func TestUnmarshalRefuses(t *testing.T) {
	for text, says := range map[string]string{
		"":                           "empty",
		"  ":                         "empty",
		`{"count":1`:                 "cut off",
		`{"count":1}}`:               "something follows",
		`{"count":1}{}`:              "something follows",
		`{"count":1} x`:              "something follows",
		`null`:                       "null, want an object",
		`[]`:                         "array, want an object",
		`"text"`:                     `string "text", want an object`,
		`{"Count":1}`:                `unknown key "Count", want all, count, many, names, on, one, own, raw, share, words`,
		`{"":1}`:                     `unknown key ""`,
		`{"count":1,"count":1}`:      `key "count" twice`,
		`{"count":1,"cou\u006et":1}`: `key "count" twice`,
		`{"count":128}`:              "count: number 128, want an integer from -128 to 127",
		`{"count":1.5}`:              "count: number 1.5, want an integer",
		`{"count" : "1"}`:            `count: string "1", want an integer`,
		`{"on":1}`:                   "on: number 1, want true or false",
		`{"share":"0.5"}`:            `share: string "0.5", want a number`,
		`{"own":true}`:               "own: true, want string",
		`{"own":"bad"}`:              "own: a bad word",
		`{"names":"a"}`:              `names: string "a", want an array`,
		`{"names":["a",{}]}`:         "names: 1: object, want string",
		`{"names":[1]}`:              "names: 0: number 1, want string",
		`{"one":{"x":1}}`:            `one: unknown key "x", want count, names`,
		`{"all":[{},{"count":[]}]}`:  "all: 1: count: array, want an integer",
		`{"all":[null]}`:             "all: 0: null, want an object",
		`{"words":{"a":1,"A":2}}`:    `words: key "A" twice`,
		`{"words":{"a":256}}`:        "words: a: number 256, want an integer from 0 to 255",
		`{"names":["a",null]}`:       "names: 1: null, want string",
		`{"many":[null]}`:            "many: 0: null, want string",
		`{"words":{"a": null}}`:      "words: a: null, want an integer",
		`{"words":{"bad":1}}`:        "words: bad: a bad word",
		`{"count":01}`:               `cannot be read as JSON at byte 10: "{\"count\":01}"`,
		`{"raw":[1,}`:                `cannot be read as JSON at byte 10: `,
		`nonsense`:                   `cannot be read as JSON at byte 1: "nonsense"`,
		`{"on":tru}`:                 `cannot be read as JSON at byte 9: `,
		`{'on':true}`:                `cannot be read as JSON at byte 1: `,
		"{\"own\":\"a\tb\"}":         `cannot be read as JSON at byte 9: `,
		strings.Repeat("[", 20_000):  "array, want an object",
		`{"raw":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`: "cannot be read as JSON at byte 10006: ",
	} {
		var f form
		err := strictjson.Unmarshal([]byte(text), &f)
		require.ErrorIs(t, err, strictjson.ErrMalformed, text)
		require.ErrorContains(t, err, says, "%.100s", text)
	}
}

// Of a stream nobody has the text, and none of Go's words are said of it either.
func TestAStreamThatIsNoJSON(t *testing.T) {
	dec := json.NewDecoder(strings.NewReader("nonsense"))
	_, err := dec.Token()
	require.EqualError(t, strictjson.Malformed(err), "malformed JSON form: cannot be read as JSON")
}

// What a part says of itself can still be told by its error.
func TestErrorsOfParts(t *testing.T) {
	var f form
	require.ErrorIs(t, strictjson.Unmarshal([]byte(`{"own":"bad"}`), &f), errBad)
}

// A long value is not sent back to who sent it.
func TestErrorsAreShort(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, text := range []string{`{"` + long + `":1}`, `{"count":"` + long + `"}`, `"` + long + `"`, `{"words":{"` + long + `":""}}`, `{"count":` + strings.Repeat("1", 1<<20) + `}`} {
		var f form
		require.Less(t, len(strictjson.Unmarshal([]byte(text), &f).Error()), 300)
	}
}

// What passes says the same to encoding/json, which takes more.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"count":1,"names":["a"],"one":{"count":2},"all":[{}],"words":{"a":1},"own":"b","share":1e9,"on":true,"raw":[1]}`))
	f.Add([]byte(`{"count":null,"\u006fn":false}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var strict, loose form
		if err := strictjson.Unmarshal(text, &strict); err != nil {
			require.ErrorIs(t, err, strictjson.ErrMalformed)
			return
		}
		require.NoError(t, json.Unmarshal(text, &loose))
		require.Equal(t, fmt.Sprintf("%+v", plain(t, loose)), fmt.Sprintf("%+v", plain(t, strict)))
	})
}

func plain(t *testing.T, f form) string {
	text, err := json.Marshal(f)
	require.NoError(t, err)
	return string(text)
}

// Some editors put a byte order mark in front of what they save.
func TestByteOrderMark(t *testing.T) {
	const text, mark = `{"count":1}`, "\uFEFF"
	var f form
	require.NoError(t, strictjson.Unmarshal([]byte(mark+text), &f))
	require.Equal(t, int8(1), f.Count)
	require.ErrorIs(t, strictjson.Unmarshal([]byte(mark+mark+text), &f), strictjson.ErrMalformed)
	for _, from := range []string{text, mark + text, "", "x", mark} {
		read, err := io.ReadAll(strictjson.Unmarked(iotest.OneByteReader(strings.NewReader(from))))
		require.NoError(t, err)
		require.Equal(t, strings.TrimPrefix(from, mark), string(read))
	}
	_, err := io.ReadAll(strictjson.Unmarked(iotest.ErrReader(errBad)))
	require.ErrorIs(t, err, errBad)
}
