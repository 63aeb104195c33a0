package postman_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"networkmngr/internal/api/server"
	"networkmngr/internal/manager"
)

// item is a request of the collection, or a folder of them.
type item struct {
	Item    []item
	Event   []struct{ Script struct{ Exec []string } }
	Request *struct {
		Method string
		URL    struct{ Raw string }
	}
}

func requests(t *testing.T) map[string]bool {
	text, err := os.ReadFile("networkmngr.postman_collection.json")
	require.NoError(t, err)
	var root item
	require.NoError(t, json.Unmarshal(text, &root))
	found := make(map[string]bool)
	var walk func(item)
	walk = func(i item) {
		if r := i.Request; r != nil {
			require.NotEmpty(t, i.Event, "%s asserts nothing", r.URL.Raw)
			raw, _, _ := strings.Cut(r.URL.Raw, "?")
			found[raw] = true
		}
		for _, child := range i.Item {
			walk(child)
		}
	}
	walk(root)
	return found
}

// TestEveryRouteHasARequest holds the collection to the descriptions of both
// APIs, which are held to the servers' routes by tests of their own.
func TestEveryRouteHasARequest(t *testing.T) {
	found := requests(t)
	for server, description := range map[string][]byte{"{{manager}}": manager.Description, "{{node}}": server.Description} {
		var parsed struct{ Paths map[string]yaml.Node }
		require.NoError(t, yaml.Unmarshal(description, &parsed))
		require.NotEmpty(t, parsed.Paths)
		for path := range parsed.Paths {
			require.True(t, covered(found, server, path), "no request for %s%s", server, path)
		}
	}
}

// covered looks for a request to path, of which a part in braces may be
// anything, on the server or, of nodes, on the other one.
func covered(found map[string]bool, server, path string) bool {
	fixed, _, pattern := strings.Cut(path, "{")
	for raw := range found {
		raw = strings.Replace(raw, "{{other}}", "{{node}}", 1)
		if raw == server+path || pattern && strings.HasPrefix(raw, server+fixed) {
			return true
		}
	}
	return false
}
