package terminal

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// screen is an output to a terminal, and what stands there.
func screen() (*Output, *bytes.Buffer) {
	var text bytes.Buffer
	return Screen(&text), &text
}

func TestTable(t *testing.T) {
	var text bytes.Buffer
	out := New(&text, false)
	out.Table([]string{"name", ">n", "é"}, [][]any{{"a", 1, "x…"}, {"longer", 1234, ""}})
	require.Equal(t, ""+
		"name       n  é\n"+
		"────────────────\n"+
		"a          1  x…\n"+
		"longer  1234\n", text.String())
}

func TestColoursTakeNoRoom(t *testing.T) {
	out, text := screen()
	out.Table([]string{"state", ">n"}, [][]any{{out.Paint(Red, "exited"), 1}, {"running", 20}})
	require.Equal(t, "state     n\n───────────\n\x1b[31mexited\x1b[0m    1\nrunning  20\n", text.String())
}

// A table that a terminal has no room for is a list for each row, which it has.
func TestNarrowTable(t *testing.T) {
	out, shown := screen()
	columns, rows := []string{"node", ">height", "tip", ""}, [][]any{
		{"n0", 7, out.Paint(Red, "000006c9fb68"), ""}, {"n1", 12, Markup("one\ntwo"), "in"},
	}
	out.columns = 24
	out.Table(columns, rows)
	require.Equal(t, ""+
		"node    n0\n"+
		"height  7\n"+
		"tip     \x1b[31m000006c9fb68\x1b[0m\n"+
		"────────────────────\n"+
		"node    n1\n"+
		"height  12\n"+
		"tip     one\n"+
		"        two\n"+
		"        in\n", shown.String())
	shown.Reset()
	out.columns = 12
	out.Table(columns, [][]any{{"n0", 7, "000006c9fb68"}})
	require.Equal(t, "node    n0\nheight  7\ntip     0000\n        06c9\n        fb68\n", shown.String())
	shown.Reset()
	out.columns = 16
	out.Table([]string{"link"}, [][]any{{"delay 50ms, loss 1%"}})
	require.Equal(t, "link  delay\n      50ms, loss\n      1%\n", shown.String(), "words stay whole")
	shown.Reset()
	out.columns = 30
	out.Table(columns, rows)
	require.Contains(t, shown.String(), "node  height  tip\n")
}

func TestNarrowStatusLine(t *testing.T) {
	out, text := screen()
	out.columns = 10
	line := StatusLine{Out: out}
	line.Set("%s", "0123456789abc")
	require.Equal(t, "\r\x1b[K012345678", text.String())
}

// Characters of some scripts are two columns wide.
func TestWideCharacters(t *testing.T) {
	var text bytes.Buffer
	New(&text, false).Table([]string{"name", ">n"}, [][]any{{"東京", 1}, {"a", 2}})
	require.Equal(t, "name  n\n───────\n東京  1\na     2\n", text.String())
}

func TestNoColoursOffATerminal(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/file")
	require.NoError(t, err)
	defer file.Close()
	out := New(file, false)
	require.False(t, out.screen || out.colours)
	require.Equal(t, Markup("words"), out.Paint(Red, "words"))
	line := StatusLine{Out: out}
	line.Set("progress")
	line.Clear()
	info, err := file.Stat()
	require.NoError(t, err)
	require.Zero(t, info.Size())
}

func TestStatusLine(t *testing.T) {
	out, text := screen()
	line := StatusLine{Out: out}
	line.Clear()
	require.Empty(t, text.String())
	line.Set("%d of 2", 1)
	line.Clear()
	line.Clear()
	require.Equal(t, "\r\x1b[K1 of 2\r\x1b[K", text.String())
}

func TestBar(t *testing.T) {
	require.Equal(t, strings.Repeat("░", 24), Bar(0, 3))
	require.Equal(t, strings.Repeat("█", 8)+strings.Repeat("░", 16), Bar(1, 3))
	require.Equal(t, strings.Repeat("█", 24), Bar(3, 3))
}

func TestWrap(t *testing.T) {
	require.Equal(t, Markup("one two"), Wrap("one  two", 10))
	words := strings.Repeat("word ", 40)
	lines := strings.Split(string(Wrap(words, 18)), "\n")
	require.Len(t, lines, 4)
	for i, line := range lines[1:] {
		require.True(t, strings.HasPrefix(line, strings.Repeat(" ", 18)+"word"), i)
		require.LessOrEqual(t, len(line), 80)
	}
	require.Equal(t, strings.Fields(words), strings.Fields(strings.Join(lines, "\n")))
	long := strings.Repeat("x", 100)
	require.Equal(t, Markup("a\n  "+long), Wrap("a "+long, 2))
}

// Colours are the only commands that a terminal gets.
func TestColoursAroundFoulWords(t *testing.T) {
	out, text := screen()
	out.Printf("%s %s\n", out.Paint(Red, "\x1b[2Ja"), errors.New("\x1b[2Jb"))
	require.Equal(t, "\x1b[31m\\x1b[2Ja\x1b[0m \\x1b[2Jb\n", text.String())
}

// Data goes to programs as it was signed, and means the same to a person.
func TestSignedData(t *testing.T) {
	const data = `"\u009b` + "\u202e\x7f" + `"`
	block := genesis.Dev().Block
	block.Transactions = []types.Transaction{{Kind: types.Coinbase, Data: []byte(data)}}
	out, text := screen()
	require.NoError(t, out.EncodeSigned(block))
	for _, c := range text.String() {
		require.True(t, c == '\n' || unicode.IsPrint(c), "%q in %q", c, text.String())
	}
	require.Contains(t, text.String(), `"\u009b\u202e\u007f"`)
	text.Reset()
	out.screen = false
	require.NoError(t, out.EncodeSigned(block))
	require.Contains(t, text.String(), data)
}
