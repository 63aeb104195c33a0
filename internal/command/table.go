package command

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// column is one of a table. Numbers stand at its right.
type column struct {
	name    string
	numbers bool
}

// columnGap is what stands between two columns.
const columnGap = "  "

// table prints rows under their columns' names and a line.
func (o *output) table(columns []column, rows [][]any) {
	header := make([]any, len(columns))
	for i, c := range columns {
		header[i] = c.name
	}
	cells := [][]string{texts(header)}
	for _, row := range rows {
		cells = append(cells, texts(row))
	}
	widths := widthsOf(cells)
	for i, row := range cells {
		o.printf("%s\n", markup(tableLine(columns, widths, row)))
		if i == 0 {
			o.printf("%s\n", strings.Repeat("─", sum(widths)+len(columnGap)*(len(widths)-1)))
		}
	}
}

func texts(row []any) []string {
	cells := make([]string, len(row))
	for i, cell := range row {
		cells[i] = fmt.Sprint(harmless(cell))
	}
	return cells
}

func widthsOf(cells [][]string) []int {
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell))
		}
	}
	return widths
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
}

func tableLine(columns []column, widths []int, row []string) string {
	padded := make([]string, len(row))
	for i, cell := range row {
		space := strings.Repeat(" ", widths[i]-width(cell))
		padded[i] = cell + space
		if columns[i].numbers {
			padded[i] = space + cell
		}
	}
	return strings.TrimRight(strings.Join(padded, columnGap), " ")
}

var colourCode = regexp.MustCompile("\x1b\\[[0-9;]*m")

// width is how many columns of a terminal a text takes. All that stands in our
// tables is one column wide, but for colours.
func width(s string) int { return utf8.RuneCountInString(colourCode.ReplaceAllString(s, "")) }
