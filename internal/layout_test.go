// Package internal_test holds the house together: which package may import
// which.
package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	{"strictjson", ""},
	{"types", "strictjson"},
	{"printable", ""},
	{"logging", "printable"},
	{"logging/logtest", ""},
	{"disk", ""},
	{"mailbox", "types"},
	{"events", "types mailbox"},
	{"events/archive", "disk events"},
	{"events/state", "types events"},
	{"clock", ""},
	{"config", "strictjson clock logging"},
	{"consensus", "types"},
	{"genesis", "strictjson types consensus"},
	{"chain", "types consensus mailbox"},
	{"launch", "types"},
	{"launch/launchtest", "launch"},
	{"launch/process", "strictjson config launch"},
	{"fleet", "launch"},
	{"datafolder", "disk types consensus genesis launch"},
	{"chain/chaintest", "types consensus genesis"},
	{"store", "disk types consensus chain"},
	{"recent", ""},
	{"mempool", "recent types consensus chain"},
	{"mempool/mempooltest", "types consensus mempool"},
	{"mining", "types consensus"},
	{"protocol", "recent types consensus chain"},
	{"transport", "types mailbox"},
	{"core", "recent types events consensus chain mempool mining protocol"},
	{"record", "types consensus genesis mailbox chain mempool protocol core"},
	{"sim", "types events consensus genesis mailbox chain chain/chaintest store mempool mining protocol core record transport"},
	{"wallet", "disk strictjson types genesis"},
	{"node", "disk strictjson types events consensus genesis mailbox launch datafolder wallet chain store mempool mining core record transport"},
	{"api", "types"},
	{"httpserver", "strictjson api httpserver/guard"},
	{"httpserver/guard", ""},
	{"httpserver/feed", "events api httpserver"},
	{"httpserver/openapi", "httpserver"},
	{"httpserver/openapi/openapitest", "httpserver"},
	{"httpclient", "events api"},
	{"api/client", "types events/state api httpclient"},
	{"api/server", "strictjson clock types events events/state consensus genesis datafolder chain mempool mining node wallet api httpserver httpserver/feed httpserver/guard httpserver/openapi httpclient"},
	{"processes", ""},
	{"lastrun", "disk strictjson api processes"},
	{"load", "types api api/client"},
	{"terminal", "printable"},
	{"manager", "disk types events events/archive events/state consensus genesis lastrun launch fleet datafolder api api/client config logging terminal httpserver httpserver/feed httpserver/guard httpserver/openapi httpclient"},
	{"doctor", "config genesis api lastrun processes terminal"},
	{"daemon", "disk clock types consensus genesis launch launch/process datafolder node api api/client api/server config logging httpserver/guard"},
	{"command", "types events events/state httpclient consensus genesis wallet record api api/client load lastrun processes manager launch launch/process config logging printable terminal doctor daemon"},
}

// outside names what only some packages may use of other people's code: the
// rooms of I/O.
var outside = map[string][]string{
	"github.com/gin-gonic/gin":     {"httpserver", "httpserver/feed", "httpserver/openapi", "api/server", "manager"},
	"github.com/coder/websocket":   {"api/server"},
	"github.com/libp2p/go-libp2p":  {"transport"},
	"filippo.io/age":               {"wallet"},
	"go.etcd.io/bbolt":             {"store"},
	"github.com/spf13/viper":       {"config"},
	"github.com/spf13/cobra":       {"command"},
	"golang.org/x/term":            {"terminal"},
	"github.com/jedib0t/go-pretty": {"terminal"},
	"github.com/shirou/gopsutil":   {"processes", "doctor", "events/archive"},
	"net/http":                     {"httpserver", "httpserver/feed", "httpserver/guard", "httpserver/openapi/openapitest", "httpclient", "api/client", "api/server", "load", "manager", "daemon", "command"},
	"os":                           {"disk", "events/archive", "wallet", "store", "node", "launch/process", "datafolder", "config", "logging", "genesis", "lastrun", "manager", "terminal", "doctor", "daemon", "command"},
}

// pure packages may not even know what time it is.
var pure = []string{"types", "consensus", "mempool", "protocol", "core"}

type listed struct {
	ImportPath string
	Imports    []string
}

// list reads the files themselves: what another program reads, the cache of
// test results does not know of.
func list(t *testing.T) []listed {
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
	var packages []listed
	for folder, paths := range imports {
		packages = append(packages, listed{folder, paths})
	}
	return packages
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

// A program that sends a GET links neither a chain nor a database nor a network
// of peers.
func TestClientsLinkNoNode(t *testing.T) {
	imports := make(map[string][]string)
	for _, p := range list(t) {
		imports[p.ImportPath] = p.Imports
	}
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

// observers are the files of the simulator that know what nodes say to each other: its
// adversaries, and what watches and judges a run. None of them carries out what a core wants.
var observers = []string{"adversary.go", "check.go", "expectation.go", "flood.go", "observe.go", "stats.go", "withhold.go"}

// What a node decides stands in internal/core alone: neither driver imports what
// decides.
func TestDriversDecideNothing(t *testing.T) {
	for _, driver := range []string{"node", "sim"} {
		files, err := filepath.Glob(filepath.Join(driver, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			name := filepath.Base(file)
			if strings.HasSuffix(name, "_test.go") || driver == "sim" && slices.Contains(observers, name) {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
			require.NoError(t, err)
			for _, spec := range parsed.Imports {
				require.NotEqual(t, `"`+module+`protocol"`, spec.Path.Value, file)
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
