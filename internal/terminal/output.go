// Package terminal prints what commands have to say: tables, lines and progress
// for people, JSON for programs. It asks people for what must not show.
package terminal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"networkmngr/internal/printable"
)

// Output is where a command prints: tables and lines for people, or one JSON
// value for programs. It is not for several goroutines at once.
type Output struct {
	JSON bool // print for programs

	to      io.Writer
	screen  bool  // a user watches, so a line may be drawn anew
	colours bool  // of a terminal
	columns int   // of a terminal; 0 if nobody knows how many, or it is none
	failed  error // why something could not be printed
}

// New prints to w, in colours if w is a terminal. See https://no-color.org.
func New(w io.Writer, json bool) *Output {
	o := &Output{to: w, JSON: json, screen: IsScreen(w)}
	if o.screen {
		o.colours = os.Getenv("NO_COLOR") == ""
		o.columns, _, _ = term.GetSize(int(w.(*os.File).Fd()))
	}
	return o
}

// IsScreen reports whether a reader or writer is a terminal that lines can be drawn anew on.
func IsScreen(end any) bool {
	file, isFile := end.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd())) && os.Getenv("TERM") != "dumb"
}

// Screen prints to w as if w were a terminal with colours.
func Screen(w io.Writer) *Output { return &Output{to: w, screen: true, colours: true} }

// Write prints p as it is. The error is that of the writer below.
func (o *Output) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if o.failed == nil {
		o.failed = err
	}
	return n, err
}

// Finish returns the error of a command that has printed all that it has to say:
// its own, or the first with which printing failed.
func (o *Output) Finish(err error) error { return cmp.Or(err, o.failed) }

// Encode prints v as indented JSON, which has nothing in it that a terminal obeys.
// The error is that of encoding or of writing.
func (o *Output) Encode(v any) error { return o.encode(v, indent, printable.JSON) }

// EncodeLine is Encode, with its error, on one line.
func (o *Output) EncodeLine(v any) error { return o.encode(v, "", printable.JSON) }

// Result prints v as JSON for programs, or has print do it for people. The error
// is that of Encode, or of writing.
func (o *Output) Result(v any, print func()) error {
	if o.JSON {
		return o.Encode(v)
	}
	print()
	return o.failed
}

// EncodeSigned prints a value that holds transfers. Programs get their data byte
// by byte as it was signed; a terminal gets what Encode prints. The error is that
// of Encode.
func (o *Output) EncodeSigned(v any) error {
	if o.screen {
		return o.Encode(v)
	}
	return o.encode(v, indent, func(text []byte) []byte { return text })
}

const indent = "  "

func (o *Output) encode(v any, indent string, shown func([]byte) []byte) error {
	var buffer bytes.Buffer
	enc := json.NewEncoder(&buffer)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := o.Write(shown(buffer.Bytes()))
	return err
}

// Markup is text of our own, colours and line breaks included. Whatever it was
// made from is printable.
type Markup string

// Plain is markup without colours.
func Plain(words string) Markup { return Markup(printable.Text(words)) }

// Printf prints for people. The format is ours; of its arguments, only numbers
// and markup are printed as they are, since anybody may have chosen the others.
func (o *Output) Printf(format string, args ...any) { fmt.Fprint(o, o.format(format, args)) }

func (o *Output) format(format string, args []any) string {
	shown := make([]any, len(args))
	for i, arg := range args {
		shown[i] = harmless(arg)
	}
	return fmt.Sprintf(format, shown...)
}

// harmless is a value that can be printed as it is.
func harmless(value any) any {
	switch value := value.(type) {
	case Markup:
		return string(value)
	case int, uint64, int64, float64, bool, rune:
		return value
	default:
		return string(Plain(fmt.Sprint(value)))
	}
}

// Colour is a terminal's, by its number in ECMA-48.
type Colour int

// The colours that commands use.
const (
	Bold   Colour = 1
	Faint  Colour = 2
	Red    Colour = 31
	Green  Colour = 32
	Yellow Colour = 33
)

// Paint colours words on a terminal.
func (o *Output) Paint(c Colour, words string) Markup {
	if !o.colours {
		return Plain(words)
	}
	return Markup(fmt.Sprintf("\x1b[%dm%s\x1b[0m", c, Plain(words)))
}

// StatusLine is the last line of a terminal, which is drawn anew while work
// goes on. Elsewhere, and beside JSON, it does not show.
type StatusLine struct {
	Out   *Output
	shown bool
}

// Set replaces the words of the line. What a terminal has no room for in one line is left
// out: the next words would replace the last part alone.
func (s *StatusLine) Set(format string, args ...any) {
	if !s.Out.screen || s.Out.JSON {
		return
	}
	words := s.Out.format(format, args)
	if s.Out.columns > 0 {
		words = text.Trim(words, s.Out.columns-1)
	}
	s.Out.Printf("\r\x1b[K%s", Markup(words))
	s.shown = true
}

// Clear makes room for an ordinary line.
func (s *StatusLine) Clear() {
	if s.shown {
		s.Out.Printf("\r\x1b[K")
		s.shown = false
	}
}

// Bar shows how much of a whole is done.
func Bar(done, whole int) string {
	const cells = 24
	filled := cells * done / max(whole, 1)
	return strings.Repeat("█", filled) + strings.Repeat("░", cells-filled)
}
