package logging

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"
)

// Whoever renames a log file, or removes it, finds what comes next in a new one.
func TestLogGoesOnInANewFile(t *testing.T) {
	cfg := Options{Folder: t.TempDir(), Level: "info"}
	logger, file, err := Open(cfg, "x.log", "node")
	require.NoError(t, err)
	path := filepath.Join(cfg.Folder, "x.log")
	logger.Info("one")
	require.NoError(t, os.Rename(path, path+".1"))
	logger.Info("two")
	logger.Info("three")
	require.Len(t, linesOf(t, cfg, "x.log.1"), 1)
	require.Len(t, linesOf(t, cfg, "x.log"), 2)
	require.NoError(t, os.Remove(path))
	logger.Info("four")
	require.Contains(t, linesOf(t, cfg, "x.log")[0], "four")
	require.NoError(t, file.Close())
}

// Two files of the bound are all that a log takes.
func TestLogIsBounded(t *testing.T) {
	const size = 1000
	f, err := openFile(t.TempDir(), "x.log")
	require.NoError(t, err)
	f.max = size
	line := []byte(strings.Repeat("x", 99) + "\n")
	for range 35 {
		n, err := f.Write(line)
		require.NoError(t, err)
		require.Equal(t, len(line), n)
	}
	require.NoError(t, f.Close())
	for name, want := range map[string]int{f.path: 500, f.path + OlderSuffix: size} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Len(t, text, want)
	}
	_, err = f.Write(line)
	require.ErrorIs(t, err, os.ErrClosed)
}

// A reader that follows reads a file to its end before it goes on with the one that
// stands in its place, so that it misses nothing.
func TestReaderFollowsARotatedLog(t *testing.T) {
	cfg := Options{Folder: t.TempDir(), Level: "info"}
	logger, file, err := Open(cfg, "x.log", "node")
	require.NoError(t, err)
	defer file.Close()
	r := NewReader(cfg.Folder, func(string) bool { return true })
	defer r.Close()
	read := func() (messages []string) {
		require.NoError(t, r.Read(t.Context(), func(e Record) error {
			messages = append(messages, e.Message)
			return nil
		}))
		return messages
	}
	logger.Info("one")
	require.Equal(t, []string{"one"}, read())
	logger.Info("two")
	path := filepath.Join(cfg.Folder, "x.log")
	require.NoError(t, os.Rename(path, path+OlderSuffix))
	logger.Info("three")
	require.Equal(t, []string{"two", "three"}, read())
	require.Empty(t, read())
}

func TestRunIsMarkedWhateverTheLevel(t *testing.T) {
	for level, lines := range map[string]int{"trace": 1, "error": 1, "off": 0} {
		cfg := Options{Folder: t.TempDir(), Level: level}
		logger, file, err := Open(cfg, "x.log", "node")
		require.NoError(t, err)
		Begin(logger, "test/1")
		require.NoError(t, file.Close())
		text, err := os.ReadFile(filepath.Join(cfg.Folder, "x.log"))
		require.NoError(t, err)
		require.Equal(t, lines, strings.Count(string(text), "run begins: software=test/1 pid="), level)
		require.Equal(t, hclog.LevelFromString(level), logger.GetLevel())
	}
}
