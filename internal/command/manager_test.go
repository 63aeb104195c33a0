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

// What the summary says to type works as it is pasted: with the token that a network which others
// reach wants, and the certificate of one that speaks TLS.
func TestSummarySaysWhatToPaste(t *testing.T) {
	const tls, certificate, token = "https://127.0.0.1:4999", `/my labs/it's.crt`, "my logs/token"
	with, asks := `--cacert '/my labs/it'\''s.crt' `, `-H "Authorization: Bearer $(cat 'my logs/token')" `
	for _, test := range []struct {
		manager.Summary
		look, act string // after curl
	}{
		{manager.Summary{}, "", ""},
		{manager.Summary{Guarded: true}, "", `-H "Authorization: Bearer TOKEN" `},
		{manager.Summary{Guarded: true, TokenFile: token}, "", asks},
		{manager.Summary{Fingerprint: "sha256:0", Certificate: certificate}, with, with},
		{manager.Summary{Fingerprint: "sha256:0", Certificate: certificate, Guarded: true, TokenFile: token}, with, with + asks},
	} {
		s := test.Summary
		s.Nodes, s.URL, s.Node = 2, tls, "https://127.0.0.1:5000"
		var out strings.Builder
		printSummary(&out, s)
		gap := "  "
		if s.Guarded { // the table has a longer word
			gap = "   "
		}
		require.Contains(t, out.String(), "  mine"+gap+"curl "+test.act+tls+"/start/mining\n")
		require.Contains(t, out.String(), "  look"+gap+"curl "+test.look+"https://127.0.0.1:5000/chain\n")
		require.Contains(t, out.String(), "  stop"+gap+"Ctrl-C, or curl "+test.act+tls+"/shutdown/all\n")
	}
}
