package logging

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// second is a moment of the records that line makes.
func second(n int) time.Time { return time.Date(2026, 11, 20, 19, 0, n, 0, time.UTC) }

func messagesOf(records []Record) []string {
	list := []string{}
	for _, r := range records {
		list = append(list, r.Message)
	}
	return list
}

// last is what Last returns up to a place.
func (f *folder) last(q Query, up Mark) Page {
	page, err := Last(f.Context(), f.path, q, up)
	require.NoError(f, err)
	return page
}

func newLogs(t *testing.T) (*folder, Query) {
	f := newFolder(t)
	f.write("a.log.older", line(1, "a1")+line(3, "a3"))
	f.write("a.log", line(5, "a5")+line(6, "a6")+"\tby: here\n"+line(8, "a8")+line(9, "not whole")[:30])
	f.write("b.log", line(2, "b2")+line(6, "b6")+line(7, "b7"))
	f.write("c.log", line(4, "c4"))
	return f, Query{Names: []string{"b.log", "a.log", "missing.log"}, Limit: 4, takes: time.Hour}
}

func TestTheLastRecordsOfSeveralLogs(t *testing.T) {
	f, q := newLogs(t)
	page := f.last(q, Behind(second(60)))
	require.Equal(t, []string{"\tby: here", "b6", "b7", "a8"}, messagesOf(page.Records))
	require.Equal(t, "a.log", page.Records[0].File)
	require.Equal(t, second(6), page.Records[0].Time.UTC())
	page = f.last(q, *page.More)
	require.Equal(t, []string{"b2", "a3", "a5", "a6"}, messagesOf(page.Records))
	require.Equal(t, "a.log.older", page.Records[1].File)
	page = f.last(q, *page.More)
	require.Equal(t, []string{"a1"}, messagesOf(page.Records))
	require.Nil(t, page.More)
}

func TestOnlyWhatIsAskedForOfLogs(t *testing.T) {
	f, q := newLogs(t)
	f.write("b.log", strings.Replace(line(9, "b9: x=1"), "INFO", "WARN", 1))
	for name, row := range map[string]struct {
		change func(*Query)
		up     Mark
		want   []string
	}{
		"before a time":   {func(q *Query) {}, At(second(6)), []string{"a1", "b2", "a3", "a5"}},
		"up to a time":    {func(q *Query) {}, Behind(second(3)), []string{"a1", "b2", "a3"}},
		"from a time":     {func(q *Query) { q.Since = second(7) }, Behind(second(60)), []string{"b7", "a8", "b9: x=1"}},
		"level":           {func(q *Query) { q.Level = hclog.Warn }, Behind(second(60)), []string{"b9: x=1"}},
		"match":           {func(q *Query) { q.Match = regexp.MustCompile(`^node-1: .2$`) }, Behind(second(60)), []string{"b2"}},
		"one log":         {func(q *Query) { q.Names = []string{"c.log"} }, Behind(second(60)), []string{"c4"}},
		"none":            {func(q *Query) { q.Names = nil }, Behind(second(60)), []string{}},
		"before them all": {func(q *Query) {}, At(second(1)), []string{}},
	} {
		asked := q
		row.change(&asked)
		page := f.last(asked, row.up)
		require.Equal(t, row.want, messagesOf(page.Records), name)
		require.Nil(t, page.More, name)
	}
}

func TestTheFirstRecordsFromATime(t *testing.T) {
	f, q := newLogs(t)
	records, err := First(f.Context(), f.path, q, second(3))
	require.NoError(t, err)
	require.Equal(t, []string{"a3", "a5", "a6", "\tby: here"}, messagesOf(records))
	q.Match = regexp.MustCompile("b")
	records, err = First(f.Context(), f.path, q, second(3).Add(999*time.Microsecond))
	require.NoError(t, err)
	require.Equal(t, []string{"\tby: here", "b6", "b7"}, messagesOf(records), "as a record's time has milliseconds")
}

// Who looks for what is rare gets an answer, and where to look on.
func TestASearchHasBounds(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "rare")+strings.Repeat(line(2, "x"), 4*part/len(line(2, "x"))))
	q := Query{Filter: Filter{Match: regexp.MustCompile("rare")}, Names: []string{"a.log"}, Limit: 1, reads: part, takes: time.Hour}
	pages := 0
	for up := Behind(second(60)); ; pages++ {
		page := f.last(q, up)
		if len(page.Records) > 0 {
			break
		}
		require.Less(t, pages, 10_000, "each page gets on")
		up = *page.More
		q.reads += part // so that it comes to an end
	}
	require.Positive(t, pages)
}

func TestMarks(t *testing.T) {
	for _, m := range []Mark{{Time: second(1)}, {Time: second(1).Add(5 * time.Millisecond), Skip: 7}, {Time: second(2), Skip: 2, Seen: 5}, {Time: second(2), Seen: 1}} {
		read, err := ParseMark(m.String())
		require.NoError(t, err)
		require.Equal(t, m, read)
	}
	at, err := ParseMark("2026-11-20T20:00:01.5+01:00")
	require.NoError(t, err)
	require.True(t, second(1).Add(499*time.Millisecond).Equal(at.Time))
	for _, text := range []string{"", "now", "2026-11-20", second(1).Format(time.RFC3339) + "~-1", second(1).Format(time.RFC3339) + "~", second(1).Format(time.RFC3339) + "~1~", second(1).Format(time.RFC3339) + "~3~2", second(1).Format(time.RFC3339) + "~0~0"} {
		_, err := ParseMark(text)
		require.ErrorIs(t, err, ErrMark, text)
	}
}

// Page by page, back from the end or on from the beginning, come the records that a
// Reader reads, each once, however long lines and files are.
func TestPagesAreWhatAReaderReads(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFolder(t)
		names := []string{"a.log", "b.log", "c.log"}
		for _, name := range names {
			at := 0
			var text strings.Builder
			for i := range rapid.IntRange(0, 30).Draw(r, "lines") {
				at = min(59, at+rapid.IntRange(0, 2).Draw(r, "later"))
				message := fmt.Sprintf("%s %d %s", name, i, strings.Repeat("x", rapid.SampledFrom([]int{0, 10, 5000, 2 * part}).Draw(r, "length")))
				if i > 0 && rapid.IntRange(0, 4).Draw(r, "timeless") == 0 {
					text.WriteString(message + "\n")
				} else {
					text.WriteString(line(at, message))
				}
			}
			f.write(name, text.String())
		}
		want := f.messages()
		q := Query{Names: names, Limit: rapid.IntRange(1, 7).Draw(r, "limit"), takes: time.Hour}
		got := []string{}
		for up := new(Behind(second(60))); up != nil; {
			page := f.last(q, *up)
			got = append(messagesOf(page.Records), got...)
			up = page.More
		}
		require.Equal(r, want, got)
		from := second(rapid.IntRange(0, 59).Draw(r, "from"))
		q.Limit = len(want) + 1
		records, err := First(f.Context(), f.path, q, from)
		require.NoError(r, err)
		older := f.last(q, At(from))
		require.Equal(r, want, append(messagesOf(older.Records), messagesOf(records)...))
	})
}

// BenchmarkLast reads the end of a full log, a part of its middle, and all of it.
func BenchmarkLast(b *testing.B) {
	path := b.TempDir()
	var text []byte
	begin := second(0)
	for i := 0; len(text) < MaxFileBytes; i++ {
		text = fmt.Appendf(text, "%s [INFO]  node-5000.chain: tip moved: height=%d hash=00002b96d52108452fd5edeeb1ef400c564985a76ab89faedb26f97aa95e1646\n",
			begin.Add(time.Duration(i)*time.Millisecond).Format(timeFormat), i)
	}
	require.NoError(b, os.WriteFile(filepath.Join(path, "a.log"), text, 0o600))
	for name, row := range map[string]struct {
		up    Mark
		match string
	}{
		"end": {Behind(begin.AddDate(1, 0, 0)), ""}, "middle": {At(begin.Add(4 * time.Minute)), ""}, "whole": {Behind(begin.AddDate(1, 0, 0)), "height=17 "},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				page, err := Last(b.Context(), path, Query{Filter: Filter{Match: regexp.MustCompile(row.match)}, Names: []string{"a.log"}, Limit: 200}, row.up)
				require.NoError(b, err)
				require.NotEmpty(b, page.Records)
			}
		})
	}
}

func TestASearchEndsWithItsContext(t *testing.T) {
	f, q := newLogs(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Last(ctx, f.path, q, Behind(second(60)))
	require.ErrorIs(t, err, context.Canceled)
	_, err = First(ctx, f.path, q, second(1))
	require.ErrorIs(t, err, context.Canceled)
}

// ending is a context that ends when it has been asked so many times whether it has.
type ending struct {
	context.Context
	left int
}

func (e *ending) Err() error {
	if e.left--; e.left < 0 {
		return context.Canceled
	}
	return nil
}

// An expression may be slow, and all records in one part of a file.
func TestASearchEndsBetweenTwoRecords(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", strings.Repeat(line(1, "a"), 200))
	page, err := Last(&ending{t.Context(), 50}, f.path, Query{Names: []string{"a.log"}, Limit: 1000}, Behind(second(60)))
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, len(page.Records), 50)
}

// None of the records may be wanted, and the file be long.
func TestAFileIsNotReadForAContextThatHasEnded(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "a1"))
	file, err := os.Open(filepath.Join(f.path, "a.log"))
	require.NoError(t, err)
	defer file.Close()
	_, err = seek(&searched{file, &ending{t.Context(), 0}}, second(1))
	require.ErrorIs(t, err, context.Canceled)
}

// Each page gets on, however little time there is.
func TestASlowSearchGoesOnWhereItEnded(t *testing.T) {
	f, q := newLogs(t)
	q.takes = 1
	got, up, pages := []string{}, Behind(second(60)), 0
	for more := &up; more != nil; pages++ {
		page := f.last(q, *more)
		got = append(messagesOf(page.Records), got...)
		more = page.More
	}
	require.Equal(t, []string{"a1", "b2", "a3", "a5", "a6", "\tby: here", "b6", "b7", "a8"}, got)
	require.Greater(t, pages, 3)
}

// Also within the records of one time, of which there may be many, whether they are wanted
// or not.
func TestASlowSearchGoesOnWithinOneTime(t *testing.T) {
	f := newFolder(t)
	var want []string
	text := line(1, "before")
	for i := range 40 {
		message := fmt.Sprintf("a%d", i)
		if text += line(2, message); i%3 == 0 {
			want = append(want, message)
			text += line(2, "unwanted")
		}
	}
	f.write("a.log", text)
	f.write("b.log", line(2, "b")+line(3, "after"))
	for _, takes := range []time.Duration{1, time.Hour} {
		for _, limit := range []int{1, 7, 1000} {
			q := Query{Names: []string{"a.log", "b.log"}, Limit: limit, takes: takes}
			q.Match = regexp.MustCompile("a(0|3|6|9|12|15|18|21|24|27|30|33|36|39)$")
			var got []string
			for more, pages := new(Behind(second(60))), 0; more != nil; pages++ {
				require.Less(t, pages, 100, "each page gets on")
				up, err := ParseMark(more.String())
				require.NoError(t, err)
				page := f.last(q, up)
				got = append(messagesOf(page.Records), got...)
				more = page.More
			}
			require.Equal(t, want, got, "takes %s, limit %d", takes, limit)
		}
	}
}

func TestLongLinesAreCut(t *testing.T) {
	f := newFolder(t)
	f.write("a.log", line(1, "a1")+line(2, strings.Repeat("x", 5*maxLine))+line(3, "a3"))
	page := f.last(Query{Names: []string{"a.log"}, Limit: 9}, Behind(second(60)))
	require.Len(t, page.Records, 3)
	require.Less(t, len(page.Records[1].Message), 3*maxLine)
	page = f.last(Query{Names: []string{"a.log"}, Limit: 9}, At(second(3)))
	require.Len(t, page.Records, 2)
	require.Equal(t, second(2), page.Records[1].Time.UTC())
}
