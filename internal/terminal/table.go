package terminal

import (
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
// Cells are printed as arguments of Printf are.
func (o *Output) Table(columns []string, rows [][]any) {
	w := table.NewWriter()
	w.SetStyle(style)
	w.SuppressTrailingSpaces()
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
	o.Printf("%s\n", Markup(w.Render()))
}

// Width is how many columns of a terminal a text takes.
func Width(s string) int { return text.StringWidthWithoutEscSequences(s) }
