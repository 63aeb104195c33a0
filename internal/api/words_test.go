package api

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What becomes of a transfer has one word each, in the glossary, the API's description and
// on the page alike.
func TestFatesHaveOneWordEach(t *testing.T) {
	for place, c := range map[string]struct {
		file  string
		words string // a regular expression that finds the words, of which each match has one
	}{
		"glossary":    {"../GLOSSARY.md", `(?m)^\| ([a-z]+) \|.*\| status \|$`},
		"description": {"server/openapi.yaml", `status: \{type: string, enum: \[(pending, [a-z, ]+)\]`},
		"page":        {"../dashboard/web/src/api/ledger.ts", `(?m)^export type Status = (.*);$`},
		"page's text": {"../dashboard/web/src/model/story.ts", `(?m)^  ([a-z]+): \(`},
	} {
		text, err := os.ReadFile(filepath.FromSlash(c.file))
		require.NoError(t, err)
		var found []string
		for _, match := range regexp.MustCompile(c.words).FindAllStringSubmatch(string(text), -1) {
			found = append(found, strings.FieldsFunc(match[1], func(r rune) bool { return r < 'a' || r > 'z' })...)
		}
		require.ElementsMatch(t, Statuses(), found, place)
	}
}
