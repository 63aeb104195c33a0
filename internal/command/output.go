package command

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
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

// encode prints v as indented JSON.
func (o *output) encode(v any) error {
	enc := json.NewEncoder(o)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (o *output) printf(format string, args ...any) { fmt.Fprintf(o, format, args...) }

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
func (o *output) paint(c colour, words string) string {
	if !o.colours {
		return words
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", c, words)
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
