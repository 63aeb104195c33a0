package sim

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"networkmngr/internal/protocol"
)

// Stats count what happened in a run, so that one can see that scenarios tell of
// all that they should.
type Stats struct {
	Total map[string]int // how often something happened
	Most  map[string]int // the largest that something was
	sent  [256]sent      // by the first byte of the encoding
}

// sent are messages of one kind.
type sent struct {
	name         string
	count, bytes int
}

func (s *sent) add(m protocol.Message, bytes int) {
	s.bytes += bytes
	if s.count++; s.count == 1 {
		s.name = reflect.TypeOf(m).String()
	}
}

// nameSent puts the counts of messages among the others.
func (s *Stats) nameSent() {
	for _, kind := range s.sent {
		if kind.count > 0 {
			s.Total["sent "+kind.name] = kind.count
			s.Total["bytes sent "+kind.name] = kind.bytes
		}
	}
}

func newStats() Stats { return Stats{Total: make(map[string]int), Most: make(map[string]int)} }

// Add puts another run's counts to these.
func (s *Stats) Add(other Stats) {
	if s.Total == nil {
		*s = newStats()
	}
	for what, count := range other.Total {
		s.Total[what] += count
	}
	for what, value := range other.Most {
		s.most(what, value)
	}
}

func (s *Stats) most(what string, value int) { s.Most[what] = max(s.Most[what], value) }

// String is a table, one line each.
func (s Stats) String() string {
	var out strings.Builder
	for _, what := range slices.Sorted(maps.Keys(s.Total)) {
		fmt.Fprintf(&out, "%9d %s\n", s.Total[what], what)
	}
	for _, what := range slices.Sorted(maps.Keys(s.Most)) {
		fmt.Fprintf(&out, "%9d at most: %s\n", s.Most[what], what)
	}
	return out.String()
}
