package types

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Which data a block may carry is a rule of consensus. So the reader is our
// own: no release of a library can decide it in another way.

// compactIJSON reads one value of I-JSON (RFC 7493) and returns it without the
// white space between its tokens. Beyond JSON (RFC 8259) it holds that
//   - the text is UTF-8, and no string or key has a surrogate that is not half
//     of a pair, or a noncharacter, not as an escape either;
//   - no object has a key twice, with its escapes undone;
//   - numbers are as checkNumber says;
//   - lists and objects nest at most maxDataDepth deep.
func compactIJSON(text []byte) ([]byte, error) {
	r := ijson{rest: text, compact: make([]byte, 0, len(text))}
	err := r.value()
	if r.space(); err == nil && len(r.rest) > 0 {
		err = r.unexpected("the end")
	}
	if err != nil {
		return nil, fmt.Errorf("byte %d: %w", len(text)-len(r.rest), err)
	}
	return r.compact, nil
}

// ijson reads from the front of rest.
type ijson struct {
	rest    []byte
	compact []byte // what was read, without white space
	decoded []byte // the last string, its escapes undone
	depth   int    // of lists and objects that are open
}

// peek is the next byte, or 0, which no JSON has, at the end.
func (r *ijson) peek() byte {
	if len(r.rest) == 0 {
		return 0
	}
	return r.rest[0]
}

// take reads the next n bytes into the compact form.
func (r *ijson) take(n int) []byte {
	taken := r.rest[:n]
	r.compact, r.rest = append(r.compact, taken...), r.rest[n:]
	return taken
}

// space reads white space into nothing.
func (r *ijson) space() {
	for len(r.rest) > 0 && strings.IndexByte(" \t\r\n", r.rest[0]) >= 0 {
		r.rest = r.rest[1:]
	}
}

func (r *ijson) unexpected(want string) error {
	if len(r.rest) == 0 {
		return fmt.Errorf("want %s, the text ends", want)
	}
	return fmt.Errorf("want %s, found %.16q", want, r.rest)
}

func (r *ijson) value() error {
	r.space()
	switch c := r.peek(); {
	case c == '{':
		return r.object()
	case c == '[':
		return r.list(']', r.value)
	case c == '"':
		return r.text()
	case c == '-' || isDigit(c):
		return r.number()
	default:
		return r.word()
	}
}

// word reads one of the three values that are words.
func (r *ijson) word() error {
	for _, word := range []string{"null", "true", "false"} {
		if len(r.rest) >= len(word) && string(r.rest[:len(word)]) == word {
			r.take(len(word))
			return nil
		}
	}
	return r.unexpected("a value")
}

func (r *ijson) object() error {
	keys := make(map[string]bool)
	return r.list('}', func() error {
		if r.space(); r.peek() != '"' {
			return r.unexpected("a key")
		}
		if err := r.text(); err != nil {
			return err
		}
		key := string(r.decoded)
		if keys[key] {
			return fmt.Errorf("%w: key %.64q twice in an object", ErrIJSON, key)
		}
		keys[key] = true
		if r.space(); r.peek() != ':' {
			return r.unexpected("a colon")
		}
		r.take(1)
		return r.value()
	})
}

// list reads an opening bracket, items with commas between them, and end.
func (r *ijson) list(end byte, item func() error) error {
	if r.depth++; r.depth > maxDataDepth {
		return fmt.Errorf("%w: more than %d levels", ErrDepth, maxDataDepth)
	}
	defer func() { r.depth-- }()
	r.take(1)
	if r.space(); r.peek() == end {
		r.take(1)
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		r.space()
		switch r.peek() {
		case end:
			r.take(1)
			return nil
		case ',':
			r.take(1)
		default:
			return r.unexpected(fmt.Sprintf("a comma or %q", end))
		}
	}
}

// text reads a string from quote to quote.
func (r *ijson) text() error {
	r.take(1)
	r.decoded = r.decoded[:0]
	for {
		r.decoded = append(r.decoded, r.take(plainLength(r.rest))...)
		if r.peek() == '"' {
			r.take(1)
			return nil
		}
		char, err := r.char()
		if err != nil {
			return err
		}
		if isNoncharacter(char) {
			return fmt.Errorf("%w: noncharacter %U in a string", ErrIJSON, char)
		}
		r.decoded = utf8.AppendRune(r.decoded, char)
	}
}

// plainLength is how many bytes at the front of text are ASCII that needs no
// further look.
func plainLength(text []byte) int {
	for i, c := range text {
		if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}

// char reads one escape, or one character that is not ASCII.
func (r *ijson) char() (rune, error) {
	switch c := r.peek(); {
	case c == '\\':
		return r.escape()
	case c < ' ':
		return 0, r.unexpected("a character or a quote")
	}
	char, size := utf8.DecodeRune(r.rest)
	if char == utf8.RuneError && size == 1 {
		return 0, errors.New("not UTF-8")
	}
	r.take(size)
	return char, nil
}

func (r *ijson) escape() (rune, error) {
	const letters, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if len(r.rest) < 2 {
		return 0, r.unexpected("an escape")
	}
	if at := strings.IndexByte(letters, r.rest[1]); at >= 0 {
		r.take(2)
		return rune(meanings[at]), nil
	}
	char, err := r.unit()
	if err != nil || !utf16.IsSurrogate(char) {
		return char, err
	}
	low, err := r.unit()
	if pair := utf16.DecodeRune(char, low); err == nil && pair != unicode.ReplacementChar {
		return pair, nil
	}
	return 0, fmt.Errorf("%w: surrogate %U in a string, which is not half of a pair", ErrIJSON, char)
}

// unit reads the escape of one unit of UTF-16, \u and four hex digits.
func (r *ijson) unit() (rune, error) {
	const size = 6
	var unit [2]byte
	if len(r.rest) < size || r.rest[0] != '\\' || r.rest[1] != 'u' {
		return 0, r.unexpected("an escape")
	}
	if _, err := hex.Decode(unit[:], r.rest[2:size]); err != nil {
		return 0, r.unexpected("an escape")
	}
	r.take(size)
	return rune(binary.BigEndian.Uint16(unit[:])), nil
}

// isNoncharacter reports whether Unicode keeps char from ever being a
// character (chapter 23.7 of its standard).
func isNoncharacter(char rune) bool {
	return char >= 0xfdd0 && char <= 0xfdef || char&0xfffe == 0xfffe
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// number reads a number as far as its characters go.
func (r *ijson) number() error {
	size := 0
	for size < len(r.rest) && (isDigit(r.rest[size]) || strings.IndexByte("+-.eE", r.rest[size]) >= 0) {
		size++
	}
	if err := checkNumber(string(r.rest[:min(size, maxNumberLength+1)])); err != nil {
		return err
	}
	r.take(size)
	return nil
}
