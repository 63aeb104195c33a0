package printable_test

import (
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/printable"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"plain \"quoted\" back\\slash": "plain \"quoted\" back\\slash",
		"Grüße, 網路, сеть, नेटवर्क, 🙂": "Grüße, 網路, сеть, नेटवर्क, 🙂",
		"\x1b[31m\a":             `\x1b[31m\a`,
		"one\r\ntwo\tthree":      `one\r\ntwo\tthree`,
		"\x7f\u009b2J":           `\x7f\u009b2J`,
		"\u202edcba\u2066\u2028": `\u202edcba\u2066\u2028`,
		"\u00a0\u200b\ufeff":     `\u00a0\u200b\ufeff`,
		"\x9b\xff":               `\x9b\xff`, // C1 as some terminals take it
		"\ufffd":                 "\ufffd",
		"\U000e0041":             `\U000e0041`,
	} {
		require.Equal(t, want, printable.Text(text), "%q", text)
	}
}

// Whatever a text is, all of what is shown of it is printable, and what was
// printable stays.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(r, "bytes")) + rapid.String().Draw(r, "text")
		shown := printable.Text(text)
		require.True(r, utf8.ValidString(shown))
		for _, c := range shown {
			require.True(r, unicode.IsPrint(c), "%q in %q", c, shown)
		}
		require.Equal(r, shown, printable.Text(shown))
	})
}

// JSON means what it meant, and shows nothing but what is printable.
func TestJSON(t *testing.T) {
	require.Equal(t, "{\n  \"a\": \"\\u009bÄ\\u202e\\udb40\\udc41\\u007f\"\n}\n",
		string(printable.JSON([]byte("{\n  \"a\": \"\u009bÄ\u202e\U000e0041\x7f\"\n}\n"))))
	rapid.Check(t, func(r *rapid.T) {
		value := map[string]string{rapid.String().Draw(r, "key"): rapid.String().Draw(r, "value")}
		text, err := json.Marshal(value)
		require.NoError(r, err)
		var same map[string]string
		shown := printable.JSON(text)
		require.NoError(r, json.Unmarshal(shown, &same))
		require.Equal(r, value, same)
		for _, c := range string(shown) {
			require.True(r, unicode.IsPrint(c), "%q", c)
		}
	})
}
