package report

import (
	"encoding/json"
	"io"
	"slices"
)

// The forms of a report.
const (
	HTML = "html"
	JSON = "json"
	CSV  = "csv"
)

// Forms lists them.
var Forms = []string{HTML, JSON, CSV}

// Known reports whether there is such a form.
func Known(form string) bool { return slices.Contains(Forms, form) }

// Write writes the report in a form. The error is that of w.
func (r *Report) Write(w io.Writer, form string) error {
	switch form {
	case JSON:
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(r)
	case CSV:
		return r.WriteCSV(w)
	default:
		return r.WriteHTML(w)
	}
}
