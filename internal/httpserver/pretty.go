package httpserver

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"
)

// prettyKey is a parameter that every route accepts, for people: with it, JSON comes
// indented.
const prettyKey = "pretty"

// wantsPretty reads the values of prettyKey. The error wraps ErrMalformed.
func wantsPretty(values []string) (bool, error) {
	switch {
	case len(values) == 0:
		return false, nil
	case len(values) > 1:
		return false, fmt.Errorf("%w: parameter %q is there %d times, want it once", ErrMalformed, prettyKey, len(values))
	}
	switch values[0] {
	case "", "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	}
	return false, fmt.Errorf("%w: %s is %.64q, want nothing, true or false", ErrMalformed, prettyKey, values[0])
}

// prettyWriter indents what is written where it is JSON.
type prettyWriter struct {
	gin.ResponseWriter
	indenter indenter
	indented []byte // the last part, whose memory is used again
}

// Pretty reports whether the answer to a request is for people.
func Pretty(c *gin.Context) bool {
	_, pretty := c.Writer.(*prettyWriter)
	return pretty
}

// Unwrap is for [http.ResponseController].
func (w *prettyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Write writes the next part of an answer.
func (w *prettyWriter) Write(part []byte) (int, error) {
	kind, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return w.ResponseWriter.Write(part)
	}
	w.indented = w.indenter.append(w.indented[:0], part)
	if _, err := w.ResponseWriter.Write(w.indented); err != nil {
		return 0, err
	}
	return len(part), nil
}

// WriteString is Write.
func (w *prettyWriter) WriteString(part string) (int, error) { return w.Write([]byte(part)) }

// indenter does what [json.Indent] does, part by part: an answer may be a chain.
type indenter struct {
	depth    int
	empty    bool // nothing has come of the innermost object or list
	inString bool
	escaped  bool // the next byte of a string stands for itself
}

// append adds the next part of a JSON text to dst.
func (i *indenter) append(dst, part []byte) []byte {
	for _, b := range part {
		switch {
		case i.inString:
			i.inString = b != '"' || i.escaped
			i.escaped = b == '\\' && !i.escaped
			dst = append(dst, b)
		case b == '\n' && i.depth == 0:
			dst = append(dst, b) // the end of the text
		case b == ' ' || b == '\t' || b == '\r' || b == '\n':
		default:
			dst = i.token(dst, b)
		}
	}
	return dst
}

// token adds a byte that stands outside of strings.
func (i *indenter) token(dst []byte, b byte) []byte {
	opens, closes := b == '{' || b == '[', b == '}' || b == ']'
	if closes {
		i.depth--
	}
	if i.empty != closes { // nothing stands between the brackets of what is empty
		dst = i.newline(dst)
	}
	dst = append(dst, b)
	if opens {
		i.depth++
	}
	switch i.empty = opens; {
	case b == ',':
		dst = i.newline(dst)
	case b == ':':
		dst = append(dst, ' ')
	}
	i.inString = b == '"'
	return dst
}

func (i *indenter) newline(dst []byte) []byte {
	dst = append(dst, '\n')
	return append(dst, bytes.Repeat([]byte("  "), max(0, i.depth))...)
}
