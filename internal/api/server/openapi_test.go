package server_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api/server"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpserver/openapi/openapitest"
	"networkmngr/internal/types"
)

// description is what the server says of itself.
var description = sync.OnceValue(func() *openapitest.Description {
	d, err := openapitest.Parse(server.Description)
	if err != nil {
		panic(err) // no test of this package means anything then
	}
	return d
})

// described checks all that passes a test's HTTP client. Fuzzed requests may
// be taken without being described, such as one with a null for nothing.
func described(t testing.TB, next http.RoundTripper) http.RoundTripper {
	if _, measures := t.(*testing.B); measures {
		return next
	}
	_, fuzzed := t.(*testing.F)
	return &openapitest.Transport{Description: description(), Next: next, Reporter: t, AnyRequest: fuzzed}
}

func TestDescriptionHoldsTogether(t *testing.T) {
	require.Empty(t, description().Problems())
}

// The examples are of a real network, so that whoever checks them finds what
// the description says.
func TestDescribedBlockIsReal(t *testing.T) {
	examples, err := description().Examples("#/components/schemas/Block")
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	for _, text := range examples {
		var block types.Block
		require.NoError(t, json.Unmarshal(text, &block), "hash, index and ids must be right")
		require.NoError(t, consensus.CheckBlock(&block), "the Merkle root must be right")
		require.NoError(t, genesis.Dev().Params.CheckProofOfWork(block.Header), "the work must be done")
		require.JSONEq(t, string(text), plain(t, block))
		for i := range block.Transactions[1:] {
			transfer := &block.Transactions[1+i]
			require.NoError(t, consensus.CheckSignature(transfer, genesis.Dev().Params.GenesisID))
		}
	}
}

func TestDescribedTransferCanBeSent(t *testing.T) {
	examples, err := description().Examples("#/components/schemas/TransferInput")
	require.NoError(t, err)
	require.NotEmpty(t, examples)
	for _, text := range examples {
		var transfer types.Transaction
		require.NoError(t, json.Unmarshal(text, &transfer), "id and sender must be right")
		require.NoError(t, consensus.CheckSignature(&transfer, genesis.Dev().Params.GenesisID))
	}
}

// Every rule of consensus can be the code of an error.
func TestEveryRuleIsDescribed(t *testing.T) {
	source, err := os.ReadFile("../../consensus/rule.go")
	require.NoError(t, err)
	rules := regexp.MustCompile(`Rule = "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1)
	require.NotEmpty(t, rules)
	for _, rule := range rules {
		require.NoError(t, description().Fits("#/components/schemas/Rule", rule[1]))
	}
	require.Error(t, description().Fits("#/components/schemas/Rule", "no-such-rule"))
}

func TestDescriptionIsServed(t *testing.T) {
	h := start(t)
	for path, kind := range map[string]string{
		"/openapi.yaml": "application/yaml", "/docs": "text/html; charset=utf-8", "/docs/explorer.js": "text/javascript; charset=utf-8",
	} {
		got := h.get(path)
		require.Equal(t, http.StatusOK, got.status)
		require.Equal(t, kind, got.header.Get("Content-Type"))
	}
	require.Equal(t, string(server.Description), h.get("/openapi.yaml").body)
}
