// Package internal_test holds what .golangci.yml cannot say of which package may
// import which.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "networkmngr/internal/"

// pure packages may not even know what time it is.
var pure = []string{"types", "times", "netgroup", "addrman", "consensus", "mempool", "protocol", "core", "theory"}

// list returns what each package imports. It reads the files itself: what another
// program reads, the cache of test results does not know of.
func list(t *testing.T) map[string][]string {
	imports := make(map[string][]string)
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		for _, spec := range file.Imports {
			imports[folder] = append(imports[folder], strings.Trim(spec.Path.Value, `"`))
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, imports)
	return imports
}

// .golangci.yml says which package may import which. A package that it does not name
// would be free.
func TestEveryPackageHasARow(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", ".golangci.yml"))
	require.NoError(t, err)
	for name := range list(t) {
		require.Contains(t, string(text), `files: ["**/internal/`+name+`/*.go", "!$test"]`+"\n          <<: ")
	}
}

// A program that sends a GET links neither a chain nor a database nor a network
// of peers.
func TestClientsLinkNoNode(t *testing.T) {
	imports := list(t)
	linked := make(map[string]bool)
	var link func(string)
	link = func(name string) {
		for _, path := range imports[name] {
			below := strings.TrimPrefix(path, module)
			if linked[below] {
				continue
			}
			linked[below] = true
			link(below)
		}
	}
	link("api/client")
	require.True(t, linked["httpclient"])
	for _, name := range []string{"consensus", "chain", "store", "node", "transport", "httpserver", "manager", "go.etcd.io/bbolt", "github.com/gin-gonic/gin"} {
		require.False(t, linked[name], name)
	}
}

// impure are calls, as the type time.Time is welcome, and goroutines.
var impure = regexp.MustCompile(`(?m)time\.(Now|Since|Until|Sleep|After|NewTimer|NewTicker)\(|^\s*go (func|[a-z])`)

func TestPureRoomsReadNoClock(t *testing.T) {
	for _, name := range pure {
		files, err := filepath.Glob(filepath.Join(name, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Empty(t, impure.FindString(string(text)), file)
		}
	}
}
