package node

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// unsynced are ways to make a file of which a power failure may leave nothing.
var unsynced = regexp.MustCompile(`os\.(WriteFile|Create|Mkdir|MkdirAll|Rename)\(`)

// All that this package makes is made by internal/disk.
func TestFilesAreSynced(t *testing.T) {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Empty(t, unsynced.FindString(string(text)), file)
	}
}
