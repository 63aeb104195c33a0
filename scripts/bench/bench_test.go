//go:build linux

package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"networkmngr/internal/types"
)

func TestFirstHash(t *testing.T) {
	want := strings.Repeat("ab", types.HashSize)
	got, err := firstHash(json.NewDecoder(strings.NewReader(`{"message": "x", "block": {"index": 1, "hash": "` + want + `", "transactions": [{`)))
	require.NoError(t, err)
	require.Equal(t, want, got.String())
	_, err = firstHash(json.NewDecoder(strings.NewReader(`{"error": {"code": "off"}}`)))
	require.ErrorIs(t, err, io.EOF)
}

func TestPercentile(t *testing.T) {
	var figures []float64
	for i := range 200 {
		figures = append(figures, float64(200-i)) // 200 down to 1
	}
	require.Equal(t, 100.0, median(figures))
	require.Equal(t, 198.0, percentile(figures, 99))
	require.Equal(t, 200.0, percentile(figures, 100))
	require.Equal(t, 7.0, percentile([]float64{7}, 99))
	require.Equal(t, 2.0, median([]float64{3, 1, 2}))
	require.Equal(t, 200.0, figures[0], "the figures keep their order")
}

func TestRowMeetsItsTargetInEveryFigure(t *testing.T) {
	for _, test := range []struct {
		ours, target []float64
		more, met    bool
	}{
		{[]float64{0.2}, []float64{0.2}, false, true},
		{[]float64{0.21}, []float64{0.2}, false, false},
		{[]float64{5, 13}, []float64{6, 12}, false, false},
		{[]float64{5, 12}, []float64{6, 12}, false, true},
		{[]float64{10, 30}, []float64{10, 30}, true, true},
		{[]float64{11, 29}, []float64{10, 30}, true, false},
	} {
		r := row{format: "%v", ours: test.ours, target: test.target, more: test.more}
		require.Equal(t, test.met, r.met(), "%v for %v", test.ours, test.target)
		require.Equal(t, !test.met, strings.Contains(r.markdown(), "✗"))
	}
}

func TestGossipInMetrics(t *testing.T) {
	const text = `# TYPE x_p2p_messages_total counter
x_p2p_messages_total{direction="sent",message="addresses"} 3
x_p2p_messages_total{direction="received",message="addresses"} 50
x_p2p_messages_total{direction="sent",message="get-addresses"} 4
x_p2p_messages_total{direction="sent",message="hello"} 70
x_p2p_sent_bytes_total{message="addresses"} 900
`
	total, err := gossipIn(strings.NewReader(text))
	require.NoError(t, err)
	require.Equal(t, 7.0, total)
	_, err = gossipIn(strings.NewReader(""))
	require.ErrorContains(t, err, "want 2")
}

func TestIsOne(t *testing.T) {
	require.True(t, isOne(map[string][]string{"a": {"b"}, "b": {"a", "c", "x"}, "c": {"b"}}))
	require.False(t, isOne(map[string][]string{"a": {"b", "x"}, "b": {"a"}, "c": {"x"}}), "x is none of them")
}

// A reader may see the first part of a write before the rest.
func TestTipWatchReadsLinesThatComeInParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "node.log")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	w, log := &tipWatch{moved: make(chan tipMove, 3)}, &tailed{file: file}
	const text = "a [INFO]  node-1: block mined: height=7 hash=00ff\n" +
		"b [INFO]  node-1: tip moved: height=7 hash=00ff transactions=1\n" +
		"c [INFO]  node-1: tip moved: height=8 hash=11ee transactions=1\n"
	for i := range text {
		require.NoError(t, os.WriteFile(path, []byte(text[:i+1]), 0o600))
		require.NoError(t, w.read(log))
	}
	require.Len(t, w.moved, 2)
	require.Equal(t, "00ff", (<-w.moved).id)
	require.Equal(t, "11ee", (<-w.moved).id)
}

func TestSkipAnswer(t *testing.T) {
	const good = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nDate: x\r\n\r\nbody"
	r := bufio.NewReader(strings.NewReader(good + good))
	require.NoError(t, skipAnswer(r))
	require.NoError(t, skipAnswer(r))
	require.Error(t, skipAnswer(r), "nothing is left")
	for name, text := range map[string]string{
		"another status": "HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nbody",
		"no length":      "HTTP/1.1 200 OK\r\n\r\nbody",
		"a length of x":  "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nbody",
		"cut short":      strings.TrimSuffix(good, "y"),
	} {
		require.Error(t, skipAnswer(bufio.NewReader(strings.NewReader(text))), name)
	}
}

// The clock of a process that works must move, and by no more than real time
// on all cores.
func TestProcessorTimeIsThisProcesss(t *testing.T) {
	began := time.Now()
	before, err := processorTime(os.Getpid())
	require.NoError(t, err)
	used := before
	for used == before {
		used, err = processorTime(os.Getpid())
		require.NoError(t, err)
	}
	require.Positive(t, before)
	require.Less(t, used-before, 64*time.Since(began))
}

// Events come many at once, and several of one file.
func TestGrownFiles(t *testing.T) {
	var events []byte
	for _, number := range []int32{3, 7, 3} {
		event := make([]byte, unix.SizeofInotifyEvent)
		binary.NativeEndian.PutUint32(event, uint32(number))
		events = append(events, event...)
	}
	require.Equal(t, map[int32]bool{3: true, 7: true}, grown(events))
	require.Empty(t, grown(nil))
}
