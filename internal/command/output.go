package command

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"networkmngr/internal/printable"
)

// output is where a sub-command prints: tables and lines for people, or one
// JSON value for programs.
type output struct {
	to       io.Writer
	json     bool
	terminal bool // a person watches, so a line may be drawn anew
	colours  bool
	failed   error // why something could not be printed
}

// newOutput looks what w is. See https://no-color.org.
func newOutput(w io.Writer, json bool) *output {
	file, isFile := w.(*os.File)
	terminal := isFile && isatty.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb"
	return &output{to: w, json: json, terminal: terminal, colours: terminal && os.Getenv("NO_COLOR") == ""}
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if o.failed == nil {
		o.failed = err
	}
	return n, err
}

// finish gives the error of a command that has printed all that it has to say:
// its own, or that it could not be printed.
func (o *output) finish(err error) error { return cmp.Or(err, o.failed) }

// encode prints v as indented JSON, which has nothing in it that a terminal obeys.
func (o *output) encode(v any) error {
	text, err := indented(v)
	if err != nil {
		return err
	}
	_, err = o.Write(printable.JSON(text))
	return err
}

// encodeSigned prints what holds transfers. Programs get their data byte by byte
// as it was signed; a person gets what encode prints.
func (o *output) encodeSigned(v any) error {
	if o.terminal {
		return o.encode(v)
	}
	text, err := indented(v)
	if err != nil {
		return err
	}
	_, err = o.Write(text)
	return err
}

func indented(v any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return text.Bytes(), err
}

// markup is text of our own, colours and breaks of lines included. Whatever it
// was made from is printable.
type markup string

// uncoloured is markup of words alone.
func uncoloured(words string) markup { return markup(printable.Text(words)) }

// printf prints what people read. The format is ours; of what is put into it,
// only numbers and markup are printed as they are, since all else may be what
// somebody chose.
func (o *output) printf(format string, args ...any) {
	shown := make([]any, len(args))
	for i, arg := range args {
		shown[i] = harmless(arg)
	}
	fmt.Fprintf(o, format, shown...)
}

// harmless is a value that can be printed as it is.
func harmless(value any) any {
	switch value := value.(type) {
	case markup:
		return string(value)
	case int, uint64, int64, float64, bool, rune:
		return value
	default:
		return string(uncoloured(fmt.Sprint(value)))
	}
}

// colour is a terminal's, by its number in ECMA-48.
type colour int

const (
	red    colour = 31
	green  colour = 32
	yellow colour = 33
	faint  colour = 2
	bold   colour = 1
)

// paint colours words on a terminal.
func (o *output) paint(c colour, words string) markup {
	if !o.colours {
		return uncoloured(words)
	}
	return markup(fmt.Sprintf("\x1b[%dm%s\x1b[0m", c, uncoloured(words)))
}

// statusLine is the last line of a terminal, which is drawn anew while work
// goes on. Elsewhere it does not show.
type statusLine struct {
	out   *output
	shown bool
}

// set replaces what the line says.
func (s *statusLine) set(format string, args ...any) {
	if s.out.terminal {
		s.out.printf("\r\x1b[K"+format, args...)
		s.shown = true
	}
}

// clear makes room for an ordinary line.
func (s *statusLine) clear() {
	if s.shown {
		s.out.printf("\r\x1b[K")
		s.shown = false
	}
}

// bar shows how much of a whole is done.
func bar(done, whole int) string {
	const cells = 24
	filled := cells * done / max(whole, 1)
	return strings.Repeat("█", filled) + strings.Repeat("░", cells-filled)
}
