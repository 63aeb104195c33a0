// Package printable escapes what must not reach a terminal in texts that others
// chose. Control characters move the cursor, change other text or are commands, and
// invisible ones hide what a text says.
package printable

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Text returns text with what is not printable replaced by an escape, as Go writes
// it: control and format characters such as \x1b and \u202e, line breaks, and bytes
// that are not UTF-8. The rest stays as it is, backslashes too.
func Text(text string) string {
	if utf8.ValidString(text) && !strings.ContainsFunc(text, hidden) {
		return text // nearly all texts
	}
	var shown strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if broken := r == utf8.RuneError && size == 1; broken || hidden(r) {
			quoted := strconv.Quote(text[:size])
			shown.WriteString(quoted[1 : len(quoted)-1])
		} else {
			shown.WriteRune(r)
		}
		text = text[size:]
	}
	return shown.String()
}

func hidden(r rune) bool { return !unicode.IsPrint(r) }

// JSON returns JSON that means the same as text, and is printable except the white
// space between its tokens.
func JSON(text []byte) []byte {
	shown := make([]byte, 0, len(text))
	for _, r := range string(text) {
		if r < ' ' || unicode.IsPrint(r) { // JSON has no lower ones within strings
			shown = utf8.AppendRune(shown, r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			shown = fmt.Appendf(shown, `\u%04x`, unit)
		}
	}
	return shown
}
