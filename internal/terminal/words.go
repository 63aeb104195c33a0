package terminal

import (
	"fmt"
	"strings"

	"networkmngr/internal/printable"
)

// Columns is the width of a terminal that everybody has.
const Columns = 80

// Wrap breaks a text between words so that it fits into the columns, of which
// the first indent ones stay free from its second line on.
func Wrap(text string, indent int) Markup { return wrap(text, indent, Columns) }

// Narrow breaks a text at its spaces for a cell that is columns wide. Other white space
// is shown, as whoever chose the text could begin a line with it.
func Narrow(text string, columns int) Markup { return wrap(printable.Text(text), 0, columns) }

func wrap(text string, indent, columns int) Markup {
	var wrapped strings.Builder
	column := indent
	for i, word := range strings.Fields(text) {
		word = printable.Text(word)
		switch {
		case i == 0:
		case column+1+Width(word) > columns:
			wrapped.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		default:
			wrapped.WriteByte(' ')
			column++
		}
		wrapped.WriteString(word)
		column += Width(word)
	}
	return Markup(wrapped.String())
}

// Plural is "1 node", "2 nodes".
func Plural(count int, thing string) string {
	if count == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", count, thing)
}
