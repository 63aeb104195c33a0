package types_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

func TestNodeInfoIsOfPrintableText(t *testing.T) {
	const p2p = "/ip4/127.0.0.1/tcp/1"
	for text, valid := range map[string]bool{
		"127.0.0.1:5000": true, "": true, "bücher.example:5000": true, strings.Repeat("a", types.MaxAddressLen): true,
		strings.Repeat("a", types.MaxAddressLen+1): false, "\xff": false, "\x1b[2J": false, "a\nb": false, "a\x00": false,
	} {
		require.Equal(t, valid, types.NodeInfo{Address: text, P2P: []string{p2p}}.Valid(), "%q", text)
		require.Equal(t, valid && text != "", types.NodeInfo{P2P: []string{p2p, text}}.Valid(), "%q", text)
	}
}
