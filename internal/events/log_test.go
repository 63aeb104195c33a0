package events

import (
	"encoding/json"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func newLog(bytes int, cold Cold) *Log {
	return NewLog(Config{Stream: "s", Bytes: bytes, Now: func() time.Time { return noon }, Cold: cold})
}

// tellTips tells of so many tips, whose heights are their offsets.
func tellTips(l *Log, count int) {
	for range count {
		l.Tell(TipMoved{BlockRef: BlockRef{Index: l.Shown() + 1}})
	}
}

// offsets are those of what a reader finds now.
func offsets(r *Reader) (list []uint64) {
	for records := r.Next(); len(records) > 0; records = r.Next() {
		for _, record := range records {
			list = append(list, record.Offset)
		}
	}
	return list
}

func TestAReaderPullsFromItsPlaceOn(t *testing.T) {
	l := newLog(1<<20, nil)
	tellTips(l, 3)
	r := l.Reader(2, Filter{})
	defer r.Close()
	require.Equal(t, []uint64{2, 3}, offsets(r))
	require.Empty(t, r.Next())
	more := r.More()
	select {
	case <-more:
		require.Fail(t, "rings although there is nothing")
	default:
	}
	tellTips(l, 1)
	<-more
	<-r.More() // of somebody who waits too late, at once
	require.Equal(t, []uint64{4}, offsets(r))
	require.EqualValues(t, 4, r.Offset())
}

func TestAReaderLooksAhead(t *testing.T) {
	l := newLog(1<<20, nil)
	r := l.Reader(2, Filter{Types: []Type{PeerLost{}.Type()}})
	defer r.Close()
	tellTips(l, 1)
	require.Empty(t, r.Ahead(), "it is still to come")
	l.Tell(PeerLinked{})
	tellTips(l, 1)
	require.Equal(t, PeerLinked{}.Type(), r.Ahead(), "though the filter holds it back")
	require.Empty(t, r.Next())
	require.Empty(t, r.Ahead())
	small := newLog(0, nil)
	tellTips(small, 2)
	behind := small.Reader(1, Filter{})
	defer behind.Close()
	require.Empty(t, behind.Ahead(), "it is not in memory any more")
}

func TestAnOffsetMayBeStillToCome(t *testing.T) {
	l := newLog(1<<20, nil)
	r := l.Reader(3, Filter{})
	defer r.Close()
	tellTips(l, 2)
	require.Empty(t, r.Next())
	tellTips(l, 1)
	require.Equal(t, []uint64{3}, offsets(r))
}

func TestAStreamGoesOnWithItsNextOffset(t *testing.T) {
	l := NewLog(Config{First: 41, Bytes: 1 << 20, Now: time.Now})
	require.EqualValues(t, 40, l.Shown())
	l.Tell(NodePaused{})
	r := l.Reader(41, Filter{})
	defer r.Close()
	require.Equal(t, []uint64{41}, offsets(r))
}

func TestFilters(t *testing.T) {
	tip, up, verbose := TipMoved{}.Type(), NodeUp{}.Type(), TransactionAccepted{}.Type()
	gap := Gap{}.Type()
	for name, test := range map[string]struct {
		filter Filter
		event  Event
		takes  bool
	}{
		"all":                              {Filter{}, Event{Type: tip}, true},
		"all but verbose":                  {Filter{}, Event{Type: verbose}, false},
		"verbose in addition":              {Filter{Verbose: []Type{verbose}}, Event{Type: verbose}, true},
		"verbose in addition to all":       {Filter{Verbose: []Type{verbose}}, Event{Type: tip}, true},
		"a type":                           {Filter{Types: []Type{tip}}, Event{Type: tip}, true},
		"another type":                     {Filter{Types: []Type{tip}}, Event{Type: up}, false},
		"a verbose type":                   {Filter{Types: []Type{verbose}}, Event{Type: verbose}, true},
		"a node":                           {Filter{Nodes: []string{"n1"}}, Event{Type: tip, Node: "n1"}, true},
		"another node":                     {Filter{Nodes: []string{"n1"}}, Event{Type: tip, Node: "n2"}, false},
		"a node and not the manager":       {Filter{Nodes: []string{"n1"}}, Event{Type: up}, false},
		"a gap in spite of types":          {Filter{Types: []Type{up}}, Event{Type: gap}, true},
		"a gap in spite of nodes":          {Filter{Nodes: []string{"n1"}}, Event{Type: gap}, true},
		"a gap of another node's":          {Filter{Nodes: []string{"n1"}}, Event{Type: gap, Node: "n2"}, false},
		"a type that is left out":          {Filter{Without: []Type{tip}}, Event{Type: tip}, false},
		"a type beside one left out":       {Filter{Without: []Type{tip}}, Event{Type: up}, true},
		"a verbose type left out as well":  {Filter{Verbose: []Type{verbose}, Without: []Type{verbose}}, Event{Type: verbose}, false},
		"a gap although it is left out":    {Filter{Without: []Type{gap}}, Event{Type: gap}, true},
		"a type that is known only newly":  {Filter{}, Event{Type: "comet-seen"}, true},
		"a type and a node, both must fit": {Filter{Types: []Type{tip}, Nodes: []string{"n1"}}, Event{Type: tip, Node: "n2"}, false},
	} {
		require.Equal(t, test.takes, test.filter.Takes(&test.event), name)
	}
}

func TestVerboseEventsAreToldWhileSomebodyAsks(t *testing.T) {
	l := newLog(1<<20, nil)
	accepted := TransactionAccepted{}.Type()
	l.Tell(TransactionAccepted{})
	require.Zero(t, l.Shown())
	types, changed := l.WantedTypes()
	require.Empty(t, types)
	first, second := l.Reader(1, Filter{Types: []Type{accepted}}), l.Reader(1, Filter{Verbose: []Type{accepted}})
	<-changed
	require.True(t, l.Wanted(accepted))
	require.False(t, l.Wanted(TransactionRefused{}.Type()))
	l.Tell(TransactionAccepted{})
	require.Equal(t, []uint64{1}, offsets(first))
	first.Close()
	types, changed = l.WantedTypes()
	require.Equal(t, []Type{accepted}, types)
	second.Close()
	<-changed
	require.False(t, l.Wanted(accepted))
	require.True(t, l.Wanted(TipMoved{}.Type()))
}

func TestWhoIsTooSlowIsToldWhatIsMissing(t *testing.T) {
	l := newLog(10*usualSize, nil)
	r := l.Reader(1, Filter{})
	defer r.Close()
	tellTips(l, 2)
	require.Equal(t, []uint64{1, 2}, offsets(r))
	tellTips(l, 30)
	records := r.Next()
	require.Len(t, records, 1)
	require.Equal(t, Gap{First: 3, Last: 22, Reason: Expired}, records[0].Data)
	require.EqualValues(t, 22, records[0].Offset, "who goes on after it goes on with what there is")
	require.Len(t, offsets(r), 10)
}

func TestMemoryIsBoundedInBytes(t *testing.T) {
	l := newLog(1<<20, nil)
	r := l.Reader(1, Filter{})
	defer r.Close()
	long := Event{Time: noon, Data: NodeSilent{Error: string(make([]byte, 10_000))}}
	for range 1000 {
		l.Append(long)
		for _, record := range r.Next() {
			record.JSON()
		}
		require.LessOrEqual(t, l.bytes, 1<<20)
	}
	sum := 0
	for _, record := range l.records {
		sum += record.size
	}
	require.Equal(t, sum, l.bytes)
	require.Less(t, len(l.records), 100)
}

func TestTheFormIsMadeOnceAndIsOneLine(t *testing.T) {
	l := newLog(1<<20, nil)
	l.Append(Event{Time: noon, Node: "n1", Boot: "b", Seq: 3, Data: NodeSilent{Error: "<a>\nb"}})
	r := l.Reader(1, Filter{})
	defer r.Close()
	record := r.Next()[0]
	require.Equal(t, `{"offset":1,"time":"2026-11-28T12:00:00Z","type":"node-silent","node":"n1","boot":"b","seq":3,"data":{"error":"<a>\nb"}}`, string(record.JSON()))
	require.Same(t, &record.JSON()[0], &record.JSON()[0])
	again, err := ParseRecord(record.JSON())
	require.NoError(t, err)
	require.Equal(t, record.Event, again.Event)
}

func TestBookmarksAndGapsOfOneReaderAreNotOfTheStream(t *testing.T) {
	l := newLog(1<<20, nil)
	tellTips(l, 5)
	r := l.Reader(1, Filter{Types: []Type{NodeUp{}.Type()}})
	defer r.Close()
	require.Equal(t, Gap{Reason: AnotherNetwork}, r.Foreign().Data)
	require.Zero(t, r.Foreign().Offset)
	require.Empty(t, r.Next())
	require.EqualValues(t, 5, r.Bookmark().Offset)
	require.EqualValues(t, 5, l.Shown())
}

func TestManyReadersSeeOneOrder(t *testing.T) {
	const writers, each, readers = 4, 500, 8
	l := newLog(1<<30, nil)
	var all sync.WaitGroup
	for range readers {
		all.Go(func() {
			r := l.Reader(1, Filter{})
			defer r.Close()
			for expected := uint64(1); expected <= writers*each; {
				for _, record := range r.Next() {
					require.Equal(t, expected, record.Offset)
					require.NotEmpty(t, record.JSON())
					expected++
				}
				if expected <= writers*each {
					<-r.More()
				}
			}
		})
	}
	for range writers {
		all.Go(func() {
			for range each {
				l.Tell(TipMoved{})
			}
		})
	}
	all.Wait()
}

// shelf is a Cold in memory. It keeps the last events that it was given.
type shelf struct {
	mu      sync.Mutex // guards records
	records []*Record
}

func (s *shelf) Since(offset uint64) iter.Seq[*Record] {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := s.records
	return func(yield func(*Record) bool) {
		for _, record := range records {
			if record.Offset >= offset && !yield(record) {
				return
			}
		}
	}
}

func (s *shelf) store(l *Log) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records, _ := l.Unshown()
	s.records = append(s.records, records...)
	l.Show(records[len(records)-1].Offset)
}

func TestNobodySeesWhatIsNotOnDiskYet(t *testing.T) {
	cold := &shelf{}
	l := newLog(1<<20, cold)
	r := l.Reader(1, Filter{})
	defer r.Close()
	l.Tell(NodePaused{})
	require.Empty(t, r.Next())
	require.Zero(t, l.Shown())
	more := r.More()
	cold.store(l)
	<-more
	require.Equal(t, []uint64{1}, offsets(r))
}

func TestWhoIsSlowReadsOnFromDisk(t *testing.T) {
	cold := &shelf{}
	l := newLog(10*usualSize, cold)
	r := l.Reader(1, Filter{})
	defer r.Close()
	for range 50 {
		l.Tell(TipMoved{})
		cold.store(l)
	}
	cold.records = cold.records[5:]
	records := r.Next()
	require.Equal(t, Gap{First: 1, Last: 5, Reason: Expired}, records[0].Data)
	var expected []uint64
	for offset := uint64(6); offset <= 50; offset++ {
		expected = append(expected, offset)
	}
	require.Equal(t, expected, offsets(r))
	l.Tell(TipMoved{})
	cold.store(l)
	require.Equal(t, []uint64{51}, offsets(r))
}

func TestAHoleOnDiskIsTold(t *testing.T) {
	cold := &shelf{}
	l := newLog(10*usualSize, cold)
	for range 50 {
		l.Tell(TipMoved{})
		cold.store(l)
	}
	cold.records = append(append([]*Record{}, cold.records[:3]...), cold.records[6:]...)
	r := l.Reader(2, Filter{})
	defer r.Close()
	var gaps []Data
	count := 0
	for records := r.Next(); len(records) > 0; records = r.Next() {
		for _, record := range records {
			count++
			if record.Type == (Gap{}).Type() {
				gaps = append(gaps, record.Data)
			}
		}
	}
	require.Equal(t, []Data{Gap{First: 4, Last: 6, Reason: Expired}}, gaps)
	require.Equal(t, 1+2+44, count)
}

func BenchmarkAppend(b *testing.B) {
	l := newLog(4<<20, nil)
	data := BlockConnected{Miner: types.NamedAddress("alice")}
	for b.Loop() {
		l.Tell(data)
	}
}

func BenchmarkJSON(b *testing.B) {
	e := Event{Offset: 1, Time: noon, Type: "block-connected", Data: BlockConnected{Miner: types.NamedAddress("alice")}}
	for b.Loop() {
		_ = encode(&e)
	}
}

func BenchmarkParse(b *testing.B) {
	text, err := json.Marshal(Event{Offset: 1, Time: noon, Type: "block-connected", Data: BlockConnected{Miner: types.NamedAddress("alice")}})
	require.NoError(b, err)
	for b.Loop() {
		_, _ = ParseRecord(text)
	}
}

// Of what has a shifted clock, an event has both times; a clock that is right adds
// nothing.
func TestShiftedClockIsToldBesideTheMachines(t *testing.T) {
	var ahead time.Duration
	l := NewLog(Config{Stream: "s", Bytes: 1 << 20,
		Now:  func() time.Time { return noon },
		Wall: func() time.Time { return noon.Add(ahead) },
	})
	for _, c := range []struct {
		ahead time.Duration
		want  string
	}{
		{time.Millisecond, `{"offset":1,"time":"2026-11-28T12:00:00Z","type":"notice","data":{"text":""}}`},
		{-time.Hour, `{"offset":2,"time":"2026-11-28T12:00:00Z","claimed":"2026-11-28T11:00:00Z","type":"notice","data":{"text":""}}`},
	} {
		ahead = c.ahead
		l.Tell(Notice{})
		r := l.Reader(l.Shown(), Filter{})
		require.JSONEq(t, c.want, string(r.Next()[0].JSON()))
		r.Close()
	}
}

// An observer that comes late misses nothing that is still in memory.
func TestObserve(t *testing.T) {
	l := NewLog(Config{Stream: "s", Bytes: 1 << 20, Now: time.Now})
	var seen []uint64
	l.Tell(TipMoved{})
	l.Observe(func(e *Event) { seen = append(seen, e.Offset) })
	l.Tell(Reorg{})
	l.Tell(TransactionAccepted{}) // verbose, which nobody wants
	require.Equal(t, []uint64{1, 2}, seen)
}
