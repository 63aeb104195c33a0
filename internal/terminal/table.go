package terminal

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// style has no border: a line under the names of the columns, and two spaces
// between two columns.
var style = table.Style{
	Box:     table.BoxStyle{MiddleHorizontal: "─", MiddleSeparator: "──", MiddleVertical: "  "},
	Options: table.Options{SeparateColumns: true, SeparateHeader: true},
}

// Table prints rows under the names of their columns. In a column whose name
// begins with ">", which does not show, cells stand at the right, as numbers do.
// Cells are printed as arguments of Printf are. On a terminal that is too narrow for
// the table, each row is a list, a cell on a line behind its column's name.
func (o *Output) Table(columns []string, rows [][]any) {
	rendered := asTable(columns, rows)
	if o.columns > 0 && text.LongestLineLen(rendered) > o.columns {
		rendered = asLists(columns, rows, o.columns)
	}
	o.Printf("%s\n", Markup(rendered))
}

func newTable() table.Writer {
	w := table.NewWriter()
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
	return w
}

func asTable(columns []string, rows [][]any) string {
	w := newTable()
	header := make(table.Row, len(columns))
	var aligned []table.ColumnConfig
	for i, column := range columns {
		name, right := strings.CutPrefix(column, ">")
		header[i] = name
		if right {
			aligned = append(aligned, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	w.AppendHeader(header)
	w.SetColumnConfigs(aligned)
	for _, row := range rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			cells[i] = harmless(cell)
		}
		w.AppendRow(cells)
	}
	return w.Render()
}

// asLists has a line between two rows, and leaves empty cells out.
func asLists(columns []string, rows [][]any, width int) string {
	w, wide := newTable(), 0
	for _, column := range columns {
		wide = max(wide, Width(strings.TrimPrefix(column, ">")))
	}
	w.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: max(1, width-wide-2), WidthMaxEnforcer: text.WrapSoft}})
	for i, row := range rows {
		if i > 0 {
			w.AppendSeparator()
		}
		for at, cell := range row {
			if shown := fmt.Sprint(harmless(cell)); shown != "" {
				w.AppendRow(table.Row{strings.TrimPrefix(columns[at], ">"), shown})
			}
		}
	}
	return w.Render()
}

// Width is how many columns of a terminal a text takes.
func Width(s string) int { return text.StringWidthWithoutEscSequences(s) }
