// Package fleet keeps the books of a run's nodes: each is a [Member] with a name and
// a port, and has one [Life] after the other, from a start to an end. It starts and
// ends nothing itself.
package fleet

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

var (
	// ErrUnknown means that no member goes by a name or port.
	ErrUnknown = errors.New("there is no node")
	// ErrReference means that a text is neither a name nor a port.
	ErrReference = errors.New("not a node")
	// ErrTaken means that another member has or had a name.
	ErrTaken = errors.New("another node has this name")
)

const (
	maxPort = 65535
	// maxRemoved is how many are remembered that were taken out: fewer than a node takes
	// note of at once.
	maxRemoved = 1000
)

// Fleet is the nodes of one run of a network: those that were started, and not taken
// out. The last of those it remembers, as they may come back. Its methods may be called
// from any goroutine.
type Fleet struct {
	mu      sync.Mutex   // guards what follows
	members []*Member    // by number
	removed []*Member    // by number
	next    int          // number of the next one
	mark    uint64       // how many were taken out
	given   map[int]bool // numbers that NewOn has given, whether their members have lived or not
}

// New makes a member for the node on a port, under a name that no other has had: n0,
// n1, and so on. It is none of the fleet's until Enter.
func (f *Fleet) New(port int) *Member {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := newMember(f.next, port)
	f.next++
	return m
}

// NewOn makes a member for a node that the manager of another machine starts there, or if
// machine is empty this one, under a name that the member has already, or if that is empty
// the next one. One that was taken out and is remembered is the same again. The error is an
// ErrReference for what is no name, and an ErrTaken for one that another member of the
// fleet's has or had.
func (f *Fleet) NewOn(machine, named string, port int) (*Member, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if again := f.again(machine, named, port); again != nil {
		return again, nil
	}
	if named == "" {
		named = name(f.next)
	}
	number, err := f.free(named)
	if err != nil {
		return nil, err
	}
	if f.given == nil {
		f.given = make(map[int]bool)
	}
	f.given[number], f.next = true, max(f.next, number+1)
	m := newMember(number, port)
	m.machine = machine
	return m, nil
}

// Remembers reports whether NewOn would return a member that was taken out.
func (f *Fleet) Remembers(machine, named string, port int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.again(machine, named, port) != nil
}

// again is the member of another machine that was taken out, and is meant; or nil. The
// caller holds mu.
func (f *Fleet) again(machine, named string, port int) *Member {
	for _, m := range f.removed {
		if machine != "" && m.machine == machine && m.port == port && (named == "" || named == m.Name()) {
			return m
		}
	}
	return nil
}

// Free returns the error that NewOn would return for one of these names.
func (f *Fleet) Free(names ...string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, named := range names {
		if _, err := f.free(named); err != nil {
			return err
		}
		if slices.Contains(names[:i], named) {
			return fmt.Errorf("%w: %s", ErrTaken, named)
		}
	}
	return nil
}

// free is the number of a name that nobody has or had. The caller holds mu.
func (f *Fleet) free(named string) (number int, err error) {
	if !isName(named) {
		return 0, fmt.Errorf("%w: %.32q, want a name such as n0", ErrReference, named)
	}
	number, _ = strconv.Atoi(named[1:]) // as isName has found
	is := func(m *Member) bool { return m.number == number }
	if f.given[number] || slices.ContainsFunc(f.members, is) || slices.ContainsFunc(f.removed, is) {
		return 0, fmt.Errorf("%w: %s", ErrTaken, named)
	}
	return number, nil
}

func newMember(number, port int) *Member {
	return &Member{number: number, port: port, answering: make(chan struct{}), woken: make(chan struct{}, 1)}
}

// Drop forgets a member that never had a life: its name may be given again, and if it is the
// newest one, the next one has it.
func (f *Fleet) Drop(m *Member) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m.Life() != nil {
		return
	}
	delete(f.given, m.number)
	if m.number == f.next-1 {
		f.next--
	}
}

// Enter makes a member one of the fleet's, if it is none yet.
func (f *Fleet) Enter(m *Member) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.members, f.removed = with(f.members, m), without(f.removed, m)
}

// Remove takes a member out, or notes one that is none of this run's.
func (f *Fleet) Remove(m *Member, why Reason) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mark++
	m.left = f.mark
	m.setOut(why)
	f.members, f.removed = without(f.members, m), with(f.removed, m)
	if len(f.removed) > maxRemoved {
		f.removed = without(f.removed, slices.MinFunc(f.removed, func(a, b *Member) int { return cmp.Compare(a.left, b.left) }))
	}
}

func with(members []*Member, m *Member) []*Member {
	members = append(without(members, m), m)
	slices.SortFunc(members, func(a, b *Member) int { return a.number - b.number })
	return members
}

func without(members []*Member, m *Member) []*Member {
	return slices.DeleteFunc(members, func(other *Member) bool { return other == m })
}

// All lists the members in the order of their names.
func (f *Fleet) All() []*Member {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.members)
}

// Removed lists the last 1000 of those that were taken out, in the order of their names.
func (f *Fleet) Removed() []*Member {
	removed, _ := f.RemovedSince(0)
	return removed
}

// RemovedSince lists those of Removed that were taken out after a mark, and returns the
// mark of now. At 0 none was.
func (f *Fleet) RemovedSince(mark uint64) (removed []*Member, now uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.removed), func(m *Member) bool { return m.left <= mark }), f.mark
}

// Running lists those that run, and are not paused.
func (f *Fleet) Running() []*Member { return f.in(Running) }

// Paused lists those that are paused.
func (f *Fleet) Paused() []*Member { return f.in(Paused) }

func (f *Fleet) in(state State) []*Member {
	return slices.DeleteFunc(f.All(), func(m *Member) bool { return m.State() != state })
}

// Find returns the member of a name, such as n0, or on a port, such as 5000. The
// error is an ErrUnknown if there is none, and an ErrReference for any other text.
func (f *Fleet) Find(reference string) (*Member, error) { return find(f.All(), reference) }

// FindAny is Find among those that were taken out, too, with the same errors. Who is just
// taken out or comes back is found all the same.
func (f *Fleet) FindAny(reference string) (*Member, error) {
	f.mu.Lock()
	all := slices.Concat(f.members, f.removed)
	f.mu.Unlock()
	return find(all, reference)
}

func find(members []*Member, reference string) (*Member, error) {
	if !isName(reference) && !isPort(reference) {
		return nil, fmt.Errorf("%w: %q, want a name such as n0, or a port, a number from 1 to %d, alone or behind the host", ErrReference, reference, maxPort)
	}
	// Machines have the same ports: one's own comes first.
	for _, here := range []bool{true, false} {
		for _, m := range members {
			if m.Is(reference) && (m.machine == "") == here {
				return m, nil
			}
		}
	}
	return nil, fmt.Errorf("%w %s", ErrUnknown, reference)
}

func isName(text string) bool {
	digits, named := strings.CutPrefix(text, "n")
	number, err := strconv.Atoi(digits)
	return named && err == nil && number >= 0 && number < math.MaxInt32 && name(number) == text
}

func isPort(text string) bool {
	port, err := strconv.Atoi(text)
	return err == nil && port >= 1 && port <= maxPort
}

func name(number int) string { return "n" + strconv.Itoa(number) }
