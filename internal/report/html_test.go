package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
)

// html is the page of a report, which must be whole.
func html(t *testing.T, r *Report) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, r.WriteHTML(&text))
	requireWhole(t, text.String())
	return text.String()
}

// requireWhole checks that every element is closed where it should be, and that none of
// the page's parts comes from elsewhere.
func requireWhole(t *testing.T, page string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(page))
	decoder.Entity = xml.HTMLEntity
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		start, isStart := token.(xml.StartElement)
		if !isStart {
			continue
		}
		require.NotContains(t, []string{"script", "link", "img", "iframe", "object", "use", "image", "a"}, start.Name.Local)
		for _, a := range start.Attr {
			require.NotContains(t, []string{"src", "href", "style"}, a.Name.Local)
			require.NotRegexp(t, "^on", a.Name.Local)
		}
	}
	require.NotContains(t, page, "ZgotmplZ", "what the template refused")
	require.NotContains(t, page, "NaN")
	require.NotContains(t, page, "Inf ")
	require.NotRegexp(t, regexp.MustCompile(`(?i)https?:|url\(|@import|%!`), page)
}

func TestThePageTellsTheStory(t *testing.T) {
	require.Contains(t, html(t, forked(t).fold.Report(Options{Made: noon, Runs: true})), "<td>still runs</td>")
	page := html(t, forked(t).at(11, "", events.NetworkDown{Clean: true}).report())
	for _, part := range []string{
		"<title>lab: a run on paper</title>", "3 nodes, 2026-11-28 12:00:00 UTC", "aimed at 2.00 s", "1 of 4 blocks", "25.0 %",
		"1 reorg of nodes, by which they left 1 branch of 1 block", "1 block above height 1, left by 1 node",
		"2 returned to the mempool, 1 are held by the new branch too, and 2 are overtaken for good",
		"Nothing that was told", "3 blocks are too few for any claim", "prefers-color-scheme: dark", "@page { size: A4",
	} {
		require.Contains(t, page, part)
	}
}

// Of a run of days, a time is told with its day.
func TestTimesOfARunOfDays(t *testing.T) {
	require.Contains(t, html(t, forked(t).report()), "<h3>12:00:06.030: 1 block")
	page := html(t, forked(t).at(86_400, "n0", events.NodeDown{Why: events.Crash}).report())
	require.Contains(t, page, "<h3>2026-11-28 12:00:06.030: 1 block")
	require.Contains(t, page, "2026-11-28 12:00:06.030: reorg of 1 block")
	require.Contains(t, page, "2026-11-29 12:00:00.000")
}

// Names and texts that others chose stay texts.
func TestHostileWords(t *testing.T) {
	const evil = `"><script>alert(1)</script><svg onload='x'>`
	s := tell(t, evil, "n1").at(0, "", events.NetworkUp{Network: evil + "\x1b[2J", Software: evil}).mines(0, evil, "n1").
		finds(1, evil, "a1", "").gets(1.1, "n1", evil, "a1", "").finds(2, evil, "a2", "a1").finds(2, "n1", "b2", "a1").
		finds(3, evil, "a3", "a2").leaves(3.1, "n1", "b2", "a3", "a1", 1).
		at(4, evil, events.PeerBanned{Why: evil}, events.NodeDown{Why: events.Crash, Message: evil, Last: "\x1b]0;x\x07"}).
		at(4, "n1", events.NodeDown{Why: evil, Message: evil}).at(5, "", events.Notice{Text: evil})
	page := html(t, s.report())
	require.NotContains(t, page, "<script>")
	require.NotContains(t, page, "\x1b")
	require.Contains(t, page, "&lt;script&gt;")
}

// However much there is, the page and its pictures stay bounded.
func TestAPageOfMuch(t *testing.T) {
	var names []string
	for i := range 300 {
		names = append(names, strings.Repeat("long name ", 6)+string(rune('a'+i%26))+strings.Repeat("x", i))
	}
	s := tell(t, names...).mines(0, names...)
	on := ""
	for i := range 30 {
		name := fmt.Sprintf("a%d", i+1)
		s.finds(float64(i), names[i], name, on)
		on = name
	}
	page := html(t, s.report())
	require.Less(t, len(page), 2<<20)
	require.True(t, strings.Contains(page, "240 more nodes have no row here"))
	require.True(t, strings.Contains(page, "240 more miners have no row here"))
}

func TestFigures(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0 ms", 0.0001234: "0.123 ms", 0.0123: "12.3 ms", 1.5: "1.50 s", 59.96: "60.0 s", 61: "1 min 01 s", 3661: "1 h 01 min", 1e9: "277777 h 46 min",
	} {
		require.Equal(t, want, lasts(seconds))
	}
	for value, want := range map[float64]string{0: "0", 1234567: "1\u2009234\u2009567", 12.345: "12.3", 0.01234: "0.0123", 0.00001234: "1.23e-05"} {
		require.Equal(t, want, figure(value))
	}
	require.Equal(t, "4.50 M", million(4_500_000))
	require.Equal(t, "0.50 %", percent(0.005))
	require.Equal(t, "33.3 %", percent(1.0/3))
	require.Equal(t, "5 s", trim("5.00 s"))
	require.Equal(t, "100", trim("100"))
}

// The picture of a long branch leaves its middle out.
func TestForkPicture(t *testing.T) {
	var rungs []Rung
	for i := range 20 {
		rungs = append(rungs, Rung{Tip: events.BlockRef{Index: uint64(i + 1)}, Miner: "n0"})
	}
	p := newForkPicture(Fork{Won: rungs, Left: rungs[:2]}, colours{"n0": 0})
	require.Len(t, p.Boxes, 1+drawn+2)
	require.Equal(t, "… 14", p.Boxes[4].Text)
	require.Equal(t, "20", p.Boxes[drawn].Text)
	require.True(t, p.Boxes[drawn+2].Lost)
	require.Equal(t, p.Lines[drawn].X1, p.Lines[0].X1, "both begin at the fork")
}

// A node has the page's colour, whoever else there is; a stranger is grey.
func TestColours(t *testing.T) {
	c := newColours(&Report{Nodes: []Node{{Name: "n3"}, {Name: "n8"}}, Miners: []Miner{{Name: "n0"}}})
	require.Equal(t, []string{"c4", "c2", "c0", "c0"}, []string{c.class("n3"), c.class("n8"), c.class("n0"), c.class("")})
}

// Six nodes that somebody killed are six kills, of which none is a fault.
func TestKillsAreNoFaults(t *testing.T) {
	s := tell(t, "n0", "n1", "n2")
	for _, name := range []string{"n0", "n1", "n2"} {
		s.at(1, name, events.NodeDown{Why: events.Fault})
	}
	page := html(t, s.report())
	require.Contains(t, page, "<b>0</b><span>faults; 3 kills on purpose</span>")
	require.Contains(t, page, "<h3>Killed on purpose</h3>")
	require.Contains(t, page, "Nothing that was told")
	s.up(2, "n0").up(2, "n1").at(3, "n0", events.NodeDown{Why: events.Crash}).at(3, "n1", events.NodeDown{Why: events.Crash})
	page = html(t, s.report())
	require.Contains(t, page, "<b>2</b><span>faults of 1 kind; 3 kills on purpose</span>")
	require.Contains(t, page, fmt.Sprintf("from %d events", s.offset))
}

// What somebody does to the links is no fault, and is told each time.
func TestCutsAreNoFaults(t *testing.T) {
	s := tell(t, "n0", "n1")
	for second := 1.0; second < 5; second += 2 {
		s.at(second, "", events.FaultsChanged{Done: "n0 | n1 are cut apart"}).at(second+1, "", events.FaultsChanged{Done: "healed"})
	}
	r := s.report()
	require.Len(t, r.Faults, 4)
	require.Equal(t, Fault{Time: noon.Add(2e9), What: OnLinks, Text: "healed", Count: 1}, r.Faults[1])
	page := html(t, r)
	require.Contains(t, page, "<b>0</b><span>faults</span>")
	require.Contains(t, page, "<h3>Done to the links on purpose</h3>")
	require.Equal(t, 2, strings.Count(page, "n0 | n1 are cut apart"))
	require.Contains(t, page, "<h3>All else</h3>")
	require.Contains(t, page, "Nothing that was told")
	require.NotContains(t, html(t, tell(t, "n0").report()), "Done to the links")
}

// Times of minutes stand at whole ones.
func TestTimeTicks(t *testing.T) {
	for seconds, want := range map[float64]string{
		50: "0, 10 s, 20 s, 30 s, 40 s, 50 s", 100: "0, 20 s, 40 s, 1 min, 1 min 20 s, 1 min 40 s",
		250: "0, 1 min, 2 min, 3 min, 4 min", 1000: "0, 5 min, 10 min, 15 min", 9000: "0, 20 min, 40 min, 1 h, 1 h 20 min, 1 h 40 min, 2 h, 2 h 20 min",
		300_000: "0, 12 h, 24 h, 36 h, 48 h, 60 h, 72 h",
	} {
		var marks []string
		for _, tick := range (scale{0, seconds, 0, 1}).timeTicks(8) {
			marks = append(marks, tick.Text)
		}
		require.Equal(t, want, strings.Join(marks, ", "), seconds)
	}
}
