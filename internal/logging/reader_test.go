package logging

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func everything(string) bool { return true }

// folder is where a test writes logs, and one reader of it.
type folder struct {
	*testing.T
	path   string
	reader *Reader
}

func newFolder(t *testing.T) *folder {
	path := t.TempDir()
	f := &folder{t, path, NewReader(path, everything)}
	t.Cleanup(func() { require.NoError(t, f.reader.Close()) })
	return f
}

func (f *folder) write(name, text string) {
	file, err := os.OpenFile(filepath.Join(f.path, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(f, err)
	_, err = file.WriteString(text)
	require.NoError(f, errors.Join(err, file.Close()))
}

// messages are those that have come since the last time.
func (f *folder) messages() []string {
	messages := []string{}
	require.NoError(f, f.reader.Read(f.Context(), func(e Record) error {
		messages = append(messages, e.Message)
		return nil
	}))
	return messages
}

// line is one of a log, so many seconds after the hour.
func line(second int, message string) string {
	return fmt.Sprintf("2026-11-20T19:00:%02d.000Z [INFO]  node-1: %s\n", second, message)
}

// What Open's loggers write is read back.
func TestReadWhatIsWritten(t *testing.T) {
	for _, json := range []bool{false, true} {
		path := t.TempDir()
		log, closer, err := Open(Options{Folder: path, Level: "debug", JSON: json}, "node-1.log", "node-1")
		require.NoError(t, err)
		before := time.Now().Truncate(time.Millisecond)
		log.Named("http").Warn("request failed", "count", 3, "path", "/a b", "error", errors.New("no: way"))
		require.NoError(t, closer.Close())
		var got []Record
		reader := NewReader(path, everything)
		require.NoError(t, reader.Read(t.Context(), func(e Record) error { got = append(got, e); return nil }))
		require.NoError(t, reader.Close())
		require.Len(t, got, 1)
		e := got[0]
		require.Equal(t, hclog.Warn, e.Level)
		require.Equal(t, "node-1.http", e.Logger)
		require.Equal(t, "node-1.log", e.File)
		require.WithinRange(t, e.Time, before, time.Now())
		if json {
			require.Equal(t, "request failed", e.Message)
			require.Equal(t, `request failed: count=3 error="no: way" path="/a b"`, e.Text())
		} else {
			require.Equal(t, `request failed: count=3 path="/a b" error="no: way"`, e.Text())
		}
	}
}

func TestFilesAreMergedByTime(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "a1")+line(4, "a4"))
	f.write("b.log", line(2, "b2")+line(3, "b3"))
	f.write("c.txt", line(0, "no log"))
	require.Equal(t, []string{"a1", "b2", "b3", "a4"}, f.messages())
	require.Empty(t, f.messages())
	f.write("a.log", line(6, "a6"))
	f.write("c.log", line(5, "c5"))
	require.Equal(t, []string{"c5", "a6"}, f.messages())
}

func TestOnlyWantedFiles(t *testing.T) {
	f := newFolder(t)
	f.reader.wanted = func(file string) bool { return file == "b.log" }
	f.write("a.log", line(1, "a1"))
	f.write("b.log", line(2, "b2"))
	require.Equal(t, []string{"b2"}, f.messages())
}

func TestHalfALineWaits(t *testing.T) {
	f := newFolder(t)
	whole := line(1, "whole")
	f.write("a.log", whole[:20])
	require.Empty(t, f.messages())
	f.write("a.log", whole[20:])
	require.Equal(t, []string{"whole"}, f.messages())
}

func TestACutFileStartsAgain(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "before")+line(2, "before too"))
	require.Len(t, f.messages(), 2)
	require.NoError(t, os.Truncate(filepath.Join(f.path, "a.log"), 0))
	f.write("a.log", line(3, "after"))
	require.Equal(t, []string{"after"}, f.messages())
}

func TestAReplacedFileStartsAgain(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "before"))
	require.Len(t, f.messages(), 1)
	path := filepath.Join(f.path, "a.log")
	require.NoError(t, os.Rename(path, path+".1"))
	require.Empty(t, f.messages())
	f.write("a.log", line(2, "after")+line(3, "and more"))
	require.Equal(t, []string{"after", "and more"}, f.messages())
}

func TestOtherLinesBelongToTheEntryBefore(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "panic")+"goroutine 1:\n\tmain.go:3\n"+line(5, "later"))
	f.write("b.log", line(3, "meanwhile"))
	require.Equal(t, []string{"panic", "goroutine 1:", "\tmain.go:3", "meanwhile", "later"}, f.messages())
}

func TestWhoReadsMayHaveEnough(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "one")+line(2, "two"))
	enough := errors.New("enough")
	require.ErrorIs(t, f.reader.Read(t.Context(), func(Record) error { return enough }), enough)
	require.Equal(t, []string{"two"}, f.messages())
}

// A line that never ends does not fill the memory, and who reads may leave in the midst of it.
func TestALineIsReadUpToABound(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "one")+line(2, strings.Repeat("x", 5*maxLine))+line(3, "three"))
	messages := f.messages()
	require.Len(t, messages, 3)
	require.Less(t, len(messages[1]), 2*maxLine)
	require.Equal(t, "three", messages[2])
	f.write("a.log", strings.Repeat("y", 5*maxLine))
	require.Empty(t, f.messages())
	require.Less(t, len(f.reader.files[0].rest), 2*maxLine)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.write("a.log", "\n")
	require.ErrorIs(t, f.reader.Read(ctx, func(Record) error { return nil }), context.Canceled)
	require.Len(t, f.messages(), 1, "it goes on where it was")
}

// However a log is written, it is read once and whole.
func TestPiecesDoNotMatter(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFolder(t)
		var want, got []string
		var text string
		for i := range rapid.IntRange(0, 20).Draw(r, "lines") {
			message := rapid.StringMatching(`[a-z]{1,20}`).Draw(r, "message")
			want = append(want, message)
			text += line(i, message)
		}
		for len(text) > 0 {
			n := rapid.IntRange(1, len(text)).Draw(r, "piece")
			f.write("a.log", text[:n])
			text = text[n:]
			got = append(got, f.messages()...)
		}
		require.Equal(r, want, got)
	})
}

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(line(1, "a: b")))
	f.Add([]byte(`{"@level":"info","@message":"m","@module":"n","@timestamp":"2026-11-20T19:00:00.000Z","k":1}`))
	f.Add([]byte(`{"@timestamp": 3}`))
	f.Add([]byte("2026-11-20T19:00:00.000Z ["))
	f.Fuzz(func(t *testing.T, text []byte) {
		if e, ok := parseLine(text); ok {
			require.Contains(t, e.Text(), e.Message)
		}
	})
}
