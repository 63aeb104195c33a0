package main

import (
	"fmt"
	"strings"
)

// draw returns the table of packages and the picture of their imports, in
// Markdown.
func (h house) draw() string {
	return h.table() + "\n" + h.picture()
}

func (h house) table() string {
	var out strings.Builder
	out.WriteString("| package | what it is |\n| --- | --- |\n")
	for _, path := range h.paths() {
		fmt.Fprintf(&out, "| `%s` | %s |\n", path, strings.ReplaceAll(h[path].synopsis, "|", `\|`))
	}
	return out.String()
}

// picture is a Mermaid flowchart with the ground floor at the bottom.
func (h house) picture() string {
	var out strings.Builder
	out.WriteString("```mermaid\nflowchart TD\n")
	paths := h.paths()
	for i, path := range paths {
		floor := h.floor(path)
		if i == 0 || h.floor(paths[i-1]) != floor {
			fmt.Fprintf(&out, "    subgraph floor%d[\"floor %d\"]\n", floor, floor)
		}
		fmt.Fprintf(&out, "        %s[\"%s\"]\n", id(path), strings.TrimPrefix(path, "internal/"))
		if i == len(paths)-1 || h.floor(paths[i+1]) != floor {
			out.WriteString("    end\n")
		}
	}
	for _, path := range paths {
		if below := h.reduced(path); len(below) > 0 {
			fmt.Fprintf(&out, "    %s --> %s\n", id(path), id(strings.Join(below, " & ")))
		}
	}
	out.WriteString("```\n")
	return out.String()
}

// id turns paths into names that Mermaid takes.
func id(path string) string { return strings.ReplaceAll(path, "/", "_") }
