// Package internal_test holds the house together: which package may import
// which.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "networkmngr/internal/"

// floors lists the packages from the ground up, with the packages below that
// each may import. What is not listed may not be imported.
var floors = []struct {
	name  string
	below string
}{
	{"types", ""},
	{"logging", ""},
	{"config", "logging"},
	{"consensus", "types"},
	{"chain", "types consensus"},
	{"chain/chaintest", "types consensus"},
	{"store", "types consensus chain"},
	{"mempool", "types consensus chain"},
	{"miner", "types consensus chain"},
	{"protocol", "types consensus chain"},
	{"transport", "types"},
	{"sim", "types consensus chain chain/chaintest store mempool miner protocol"},
	{"node", "types consensus chain store mempool miner protocol transport"},
	{"launch", "types"},
	{"httpserver", "httpserver/guard"},
	{"httpserver/guard", ""},
	{"httpserver/openapi", "httpserver"},
	{"httpserver/openapi/openapitest", "httpserver"},
	{"httpclient", "httpserver"},
	{"api", "types consensus chain mempool node httpserver httpserver/guard httpserver/openapi httpclient"},
	{"manager", "types node api launch config logging httpserver httpserver/guard httpserver/openapi httpclient"},
	{"command", "types consensus node api manager launch config logging httpserver httpserver/guard httpclient"},
}

// outside names what only some packages may use of other people's code: the
// rooms of I/O.
var outside = map[string][]string{
	"github.com/gin-gonic/gin":    {"httpserver", "httpserver/openapi", "api", "manager"},
	"github.com/libp2p/go-libp2p": {"transport"},
	"go.etcd.io/bbolt":            {"store"},
	"github.com/spf13/viper":      {"config"},
	"github.com/spf13/cobra":      {"command"},
	"net/http":                    {"httpserver", "httpserver/guard", "httpserver/openapi/openapitest", "httpclient", "api", "manager", "command"},
	"os":                          {"store", "node", "launch", "config", "logging", "manager", "command"},
}

// pure packages may not even know what time it is.
var pure = []string{"types", "consensus", "protocol"}

type listed struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []listed {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	require.NoError(t, err)
	var packages []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		if name, ok := strings.CutPrefix(p.ImportPath, module); ok {
			packages = append(packages, listed{name, p.Imports})
		}
	}
}

func TestImportsRunDownwards(t *testing.T) {
	allowed := make(map[string][]string)
	for _, floor := range floors {
		allowed[floor.name] = strings.Fields(floor.below)
	}
	for _, p := range list(t) {
		below, known := allowed[p.ImportPath]
		require.True(t, known, "package %s has no floor", p.ImportPath)
		for _, imported := range p.Imports {
			if name, ours := strings.CutPrefix(imported, module); ours {
				require.Contains(t, below, name, "%s imports %s", p.ImportPath, name)
			}
		}
	}
}

func TestRoomsOfIO(t *testing.T) {
	for _, p := range list(t) {
		for library, rooms := range outside {
			uses := slices.ContainsFunc(p.Imports, func(path string) bool {
				return path == library || strings.HasPrefix(path, library+"/")
			})
			if uses {
				require.Contains(t, rooms, p.ImportPath, "%s imports %s", p.ImportPath, library)
			}
		}
	}
}

// TestPureRoomsReadNoClock looks for calls, as the type time.Time is welcome.
func TestPureRoomsReadNoClock(t *testing.T) {
	for _, name := range pure {
		out, err := exec.Command("grep", "-rnE", "--include=*.go", "--exclude=*_test.go", `time\.(Now|Since|Until|Sleep|After|NewTimer|NewTicker)\(|^\s*go (func|[a-z])`, name).CombinedOutput()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "%s", out)
		require.Equal(t, 1, exit.ExitCode(), "grep failed: %s", out)
	}
}
