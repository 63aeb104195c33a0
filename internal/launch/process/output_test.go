package process

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/launch"
	"networkmngr/internal/types"
)

// chunks cuts text into random pieces, as a pipe may.
func chunks(t *rapid.T, text string) []string {
	var pieces []string
	for len(text) > 0 {
		n := rapid.IntRange(1, len(text)).Draw(t, "piece")
		pieces = append(pieces, text[:n])
		text = text[n:]
	}
	return pieces
}

func TestFirstLineDoesNotDependOnPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(`[a-z{}":]{0,200}`).Draw(t, "line")
		rest := rapid.StringMatching(`(.|\n){0,200}`).Draw(t, "rest")
		first := newFirstLine()
		for _, piece := range chunks(t, line+"\n"+rest) {
			n, err := first.Write([]byte(piece))
			if n != len(piece) || err != nil {
				t.Fatalf("write of %d bytes: %d, %v", len(piece), n, err)
			}
		}
		if got := string(<-first.line); got != line {
			t.Fatalf("first line %q, want %q", got, line)
		}
	})
}

func TestFirstLineIsBounded(t *testing.T) {
	first := newFirstLine()
	for range 3 {
		_, err := first.Write(bytes.Repeat([]byte("x"), maxAnnouncement-1))
		require.NoError(t, err)
	}
	require.Len(t, <-first.line, maxAnnouncement)
}

func TestTailKeepsTheEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.IntRange(0, 600).Draw(t, "lines")
		width := rapid.IntRange(1, 200).Draw(t, "width")
		all := strings.Repeat(strings.Repeat("y", width)+"\n", lines)
		kept := &tail{}
		for _, piece := range chunks(t, all) {
			_, _ = kept.Write([]byte(piece))
		}
		got := kept.String()
		if !strings.HasSuffix(strings.TrimSpace(all), got) {
			t.Fatalf("%q is not the end", got)
		}
		if want := min(len(all), maxTail) - 2*(width+1); len(got) < want || len(got) > maxTail {
			t.Fatalf("kept %d bytes, want %d to %d", len(got), want, maxTail)
		}
		if got != "" && len(got)%(width+1) != width {
			t.Fatalf("%d bytes are not whole lines of %d", len(got), width)
		}
	})
}

func TestTailMendsBrokenText(t *testing.T) {
	kept := &tail{}
	_, _ = kept.Write([]byte("caf\xc3 \xff!"))
	require.Equal(t, "caf� �!", kept.String())
}

func TestALongReasonStillFits(t *testing.T) {
	first := newFirstLine()
	require.NoError(t, AnnounceError(first, errors.New(strings.Repeat("\x01", 1<<20)), true))
	_, err := parseReady(<-first.line)
	require.ErrorIs(t, err, launch.ErrReported)
}

func FuzzParseAnnouncement(f *testing.F) {
	var good bytes.Buffer
	require.NoError(f, AnnounceReady(&good, launch.Ready{ID: types.NodeID{9}, Address: "127.0.0.1:1", PID: 7}))
	f.Add(good.Bytes())
	f.Add([]byte(`{"error": "no"}`))
	f.Add([]byte(`{"error": "no", "misuse": true}`))
	f.Add([]byte(`{"ready": null}`))
	f.Add([]byte(`{"ready": {"id": "xyz", "address": "a"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		ready, err := parseReady(line)
		if err != nil {
			require.True(t, errors.Is(err, errGarbled) != errors.Is(err, launch.ErrReported))
			return
		}
		require.NotEmpty(t, ready.Address)
		var again bytes.Buffer
		require.NoError(t, AnnounceReady(&again, ready))
		same, err := parseReady(again.Bytes())
		require.NoError(t, err)
		require.Equal(t, ready, same)
	})
}
