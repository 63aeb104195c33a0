package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/manager"
)

func TestSummary(t *testing.T) {
	for want, s := range map[string]manager.Summary{
		"6 nodes on ports 5000-5005, manager at http://127.0.0.1:4999": {Nodes: 6, FirstPort: 5000, LastPort: 5005},
		"1 node on port 5000, manager at http://127.0.0.1:4999":        {Nodes: 1, FirstPort: 5000, LastPort: 5000},
	} {
		s.URL = "http://127.0.0.1:4999"
		var out strings.Builder
		printSummary(&out, s)
		first, _, _ := strings.Cut(out.String(), "\n")
		require.Equal(t, want, first)
		require.NotContains(t, out.String(), "token")
	}
}

// What the summary says to type works: a network that others reach wants its
// token.
func TestSummaryTellsOfTheToken(t *testing.T) {
	var out strings.Builder
	printSummary(&out, manager.Summary{Nodes: 2, Guarded: true})
	require.Contains(t, out.String(), `Authorization: Bearer TOKEN`)
}
