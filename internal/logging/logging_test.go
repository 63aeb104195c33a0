package logging

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"
)

const lineStart = `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d) \[`

func linesOf(t *testing.T, cfg Options, file string) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(cfg.Folder, file))
	require.NoError(t, err)
	require.True(t, bytes.HasSuffix(content, []byte("\n")), "the last line is whole")
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
}

func TestOpenCreatesFolderAndWritesReadableLines(t *testing.T) {
	cfg := Options{Folder: filepath.Join(t.TempDir(), "a", "logs"), Level: "info"}
	logger, file, err := Open(cfg, "node-5000.log", "node")
	require.NoError(t, err)
	logger.Named("chain").Info("tip moved", "height", 7, "from-peer", "a b")
	logger.Debug("too detailed")
	require.NoError(t, file.Close())

	lines := linesOf(t, cfg, "node-5000.log")
	require.Len(t, lines, 1)
	require.Regexp(t, regexp.MustCompile(lineStart+`INFO\]  node\.chain: tip moved: height=7 from-peer="a b"$`), lines[0])
}

func TestOpenAppends(t *testing.T) {
	cfg := Options{Folder: t.TempDir(), Level: "info"}
	for _, message := range []string{"first run", "second run"} {
		logger, file, err := Open(cfg, "networkmngr.log", "manager")
		require.NoError(t, err)
		logger.Info(message)
		require.NoError(t, file.Close())
	}
	lines := linesOf(t, cfg, "networkmngr.log")
	require.Len(t, lines, 2)
	require.Contains(t, lines[0], "first run")
	require.Contains(t, lines[1], "second run")
}

func TestJSONLines(t *testing.T) {
	cfg := Options{Folder: t.TempDir(), Level: "info", JSON: true}
	logger, file, err := Open(cfg, "x.log", "node")
	require.NoError(t, err)
	logger.Warn("peer dropped", "reason", "bad\nblock <1>", "error", errors.New("no work"))
	require.NoError(t, file.Close())

	lines := linesOf(t, cfg, "x.log")
	require.Len(t, lines, 1)
	var event map[string]string
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &event))
	require.Equal(t, "warn", event["@level"])
	require.Equal(t, "node", event["@module"])
	require.Equal(t, "bad\nblock <1>", event["reason"])
	require.Equal(t, "no work", event["error"])
	stamp, err := time.Parse(timeFormat, event["@timestamp"])
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), stamp, time.Minute)
}

func TestOneEventIsOneLine(t *testing.T) {
	cfg := Options{Folder: t.TempDir(), Level: "info"}
	logger, file, err := Open(cfg, "x.log", "node")
	require.NoError(t, err)
	logger.Info("two\nlines", "error", errors.Join(errors.New("one"), errors.New("two")), "after", 1)
	logger.Info("forged", "value", "x\n2026-01-01T00:00:00.000Z [ERROR] node: lie")
	require.NoError(t, file.Close())

	lines := linesOf(t, cfg, "x.log")
	require.Len(t, lines, 2)
	require.Contains(t, lines[0], `two lines:`)
	require.Contains(t, lines[0], `error=one\ntwo`)
	require.Contains(t, lines[0], `after=1`)
	for _, line := range lines {
		require.Regexp(t, regexp.MustCompile(lineStart+"INFO"), line)
	}
}

// What peers and clients choose cannot speak to the terminal that shows a log,
// in either form.
func TestLinesArePrintable(t *testing.T) {
	const chosen = "x\x1b[31m\a\r\nroot@host:~# \x7f\u009b2J\u202e\u2028\x9b"
	for _, json := range []bool{false, true} {
		var terminal bytes.Buffer
		cfg := Options{Folder: t.TempDir(), Level: "info", JSON: json, Terminal: &terminal}
		logger, file, err := Open(cfg, "x.log", "node")
		require.NoError(t, err)
		logger.Info("said "+chosen, "name", chosen, "error", errors.New(chosen), "names", []string{chosen}, chosen, 1)
		require.NoError(t, file.Close())
		line := linesOf(t, cfg, "x.log")[0]
		require.Equal(t, line+"\n", terminal.String())
		for _, c := range line {
			require.True(t, unicode.IsPrint(c), "%q in %q", c, line)
		}
		require.Contains(t, line, "root@host")
	}
}

func TestTerminalGetsTheSameLines(t *testing.T) {
	var terminal bytes.Buffer
	cfg := Options{Folder: t.TempDir(), Level: "warn", Terminal: &terminal}
	logger, file, err := Open(cfg, "x.log", "node")
	require.NoError(t, err)
	logger.Info("quiet")
	logger.Error("loud")
	require.Equal(t, linesOf(t, cfg, "x.log"), strings.Split(strings.TrimSpace(terminal.String()), "\n"))

	require.NoError(t, file.Close())
	logger.Error("after the end")
	require.Contains(t, terminal.String(), "after the end", "a failing file does not silence the terminal")
}

func TestConcurrentEventsStayWhole(t *testing.T) {
	const writers, events = 8, 50
	cfg := Options{Folder: t.TempDir(), Level: "info"}
	var all sync.WaitGroup
	for range writers {
		logger, file, err := Open(cfg, "x.log", "node")
		require.NoError(t, err)
		all.Go(func() {
			defer file.Close()
			for range events {
				logger.Info("event", "filler", strings.Repeat("x", 300))
			}
		})
	}
	all.Wait()
	lines := linesOf(t, cfg, "x.log")
	require.Len(t, lines, writers*events)
	for _, line := range lines {
		require.Regexp(t, regexp.MustCompile(lineStart+`INFO\]  node: event: filler=x{300}$`), line)
	}
}

func TestLevels(t *testing.T) {
	for _, name := range []string{"trace", "debug", "info", "warn", "error", "off", "INFO"} {
		_, err := ParseLevel(name)
		require.NoError(t, err, name)
	}
	for _, name := range []string{"", "verbose", "warning"} {
		_, _, err := Open(Options{Folder: t.TempDir(), Level: name}, "x.log", "node")
		require.ErrorIs(t, err, ErrLevel)
		require.ErrorContains(t, err, `"`+name+`"`)
		require.ErrorContains(t, err, "want trace, debug")
	}
}

func TestOpenNamesWhatItCannotCreate(t *testing.T) {
	blocker := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(blocker, nil, 0o600))
	_, _, err := Open(Options{Folder: blocker, Level: "info"}, "x.log", "node")
	require.ErrorContains(t, err, blocker)
}
