package terminal

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// gap is what stands between two columns.
const gap = "  "

// Table prints rows under the names of their columns and a line. In a column
// whose name begins with ">", which does not show, cells stand at the right, as
// numbers do. Cells are printed as arguments of Printf are.
func (o *Output) Table(columns []string, rows [][]any) {
	header := make([]any, len(columns))
	for i, name := range columns {
		header[i] = strings.TrimPrefix(name, ">")
	}
	cells := [][]string{texts(header)}
	for _, row := range rows {
		cells = append(cells, texts(row))
	}
	widths := widthsOf(cells)
	for i, row := range cells {
		o.Printf("%s\n", Markup(tableLine(columns, widths, row)))
		if i == 0 {
			o.Printf("%s\n", strings.Repeat("─", sum(widths)+len(gap)*(len(widths)-1)))
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
			widths[i] = max(widths[i], Width(cell))
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

func tableLine(columns []string, widths []int, row []string) string {
	padded := make([]string, len(row))
	for i, cell := range row {
		space := strings.Repeat(" ", widths[i]-Width(cell))
		padded[i] = cell + space
		if strings.HasPrefix(columns[i], ">") {
			padded[i] = space + cell
		}
	}
	return strings.TrimRight(strings.Join(padded, gap), " ")
}

var colourCode = regexp.MustCompile("\x1b\\[[0-9;]*m")

// Width is how many columns of a terminal a text takes. All that stands in our
// tables is one column wide, but for colours.
func Width(s string) int { return utf8.RuneCountInString(colourCode.ReplaceAllString(s, "")) }
