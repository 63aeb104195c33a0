package fleet

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/launch"
)

var start = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// named are the names of members.
func named(members []*Member) []string {
	names := []string{}
	for _, m := range members {
		names = append(names, m.Name())
	}
	return names
}

// begun makes a fleet of members that run, on the ports from 5000 on.
func begun(count int) (*Fleet, []*Member) {
	f := new(Fleet)
	members := make([]*Member, count)
	for i := range members {
		members[i] = f.New(5000 + i)
	}
	for i := range members { // whoever starts first
		m := members[count-1-i]
		m.Begin(nil, start)
		f.Enter(m)
	}
	return f, members
}

func TestNamesAreInOrderAndNeverUsedAgain(t *testing.T) {
	f, members := begun(3)
	require.Equal(t, []string{"n0", "n1", "n2"}, named(f.All()))
	f.Remove(members[2], Told)
	require.Equal(t, Told, members[2].Out())
	require.Equal(t, []string{"n0", "n1"}, named(f.All()))
	f.New(5009) // does not start
	again := f.New(5002)
	again.Begin(nil, start)
	f.Enter(again)
	require.Equal(t, []string{"n0", "n1", "n4"}, named(f.All()))
	_, err := f.Find("n2")
	require.ErrorIs(t, err, ErrUnknown)
}

// The name of who never began to live is free again, unless there is a later one.
func TestWhoNeverLivedLeavesItsName(t *testing.T) {
	f, members := begun(2)
	f.Drop(members[1])
	require.Equal(t, "n2", f.New(5002).Name(), "a life was told of")
	third := f.New(5003)
	fourth := f.New(5004)
	f.Drop(third)
	f.Drop(fourth)
	require.Equal(t, "n4", f.New(5005).Name())
}

func TestFindTakesNameOrPort(t *testing.T) {
	f, members := begun(12)
	for i, m := range members {
		for _, reference := range []string{"n" + strconv.Itoa(i), strconv.Itoa(5000 + i)} {
			found, err := f.Find(reference)
			require.NoError(t, err)
			require.Same(t, m, found)
		}
	}
	for _, unknown := range []string{"n12", "5012", "1"} {
		_, err := f.Find(unknown)
		require.ErrorIs(t, err, ErrUnknown)
		require.EqualError(t, err, "there is no node "+unknown)
	}
	for _, odd := range []string{"", "n", "n-1", "n01", "N1", "0", "65536", "-5000", "five", "n1 "} {
		_, err := f.Find(odd)
		require.ErrorIs(t, err, ErrReference, odd)
		require.ErrorContains(t, err, strconv.Quote(odd))
	}
}

func TestLivesFollowEachOther(t *testing.T) {
	f := new(Fleet)
	m := f.New(5000)
	require.Equal(t, Exited, m.State())
	f.Enter(m)
	for boot := 1; boot <= 3; boot++ {
		began := start.Add(time.Duration(boot) * time.Hour)
		life := m.Begin(nil, began)
		require.Equal(t, boot, life.Boot)
		require.Equal(t, began, life.Started)
		require.Same(t, life, m.Life())
		require.True(t, m.Running())
		_, _, ended := life.End()
		require.False(t, ended)
		if boot == 2 {
			m.Expect()
		}
		died := launch.Exit{Code: boot}
		require.Equal(t, boot == 2, m.End(died, began.Add(time.Minute)))
		<-life.Gone()
		exit, at, ended := life.End()
		require.True(t, ended)
		require.Equal(t, died, exit)
		require.Equal(t, began.Add(time.Minute), at)
		require.Equal(t, Exited, m.State())
	}
	require.Len(t, m.Lives(), 3)
}

func TestPausedIsNeitherRunningNorExited(t *testing.T) {
	f, members := begun(3)
	m := members[1]
	silent := m.Answering()
	m.SetPaused(true)
	<-silent
	require.Equal(t, Paused, m.State())
	require.Equal(t, []string{"n0", "n2"}, named(f.Running()))
	require.Equal(t, []string{"n1"}, named(f.Paused()))
	m.SetPaused(false)
	require.Len(t, f.Running(), 3)
	m.SetPaused(true)
	silent = m.Answering()
	m.End(launch.Exit{Code: -1, Signal: syscall.SIGKILL}, start)
	<-silent
	require.Equal(t, Exited, m.State())
	m.SetPaused(true)
	require.Equal(t, Exited, m.State(), "what has ended cannot be paused")
	require.Empty(t, f.Paused())
}

func TestRestartingLastsUntilTheNextLife(t *testing.T) {
	_, members := begun(1)
	m := members[0]
	m.SetRestarting(true)
	require.Equal(t, Restarting, m.State())
	m.End(launch.Exit{}, start)
	require.Equal(t, Restarting, m.State())
	m.SetRestarting(false) // it did not start
	require.Equal(t, Exited, m.State())
	m.SetRestarting(true)
	m.Begin(nil, start)
	require.Equal(t, Running, m.State())
}

// Whatever happens, the fleet's books agree with a plain list.
func TestFleetIsWhatHasEnteredAndNotLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f, there, gone, count := new(Fleet), map[string]*Member{}, map[string]*Member{}, 0
		draw := func(t *rapid.T) string { return "n" + strconv.Itoa(rapid.IntRange(0, count).Draw(t, "number")) }
		t.Repeat(map[string]func(*rapid.T){
			"start": func(t *rapid.T) {
				m := f.New(5000 + count)
				require.Equal(t, "n"+strconv.Itoa(count), m.Name())
				count++
				if rapid.Bool().Draw(t, "ready") {
					m.Begin(nil, start)
					f.Enter(m)
					there[m.Name()] = m
				}
			},
			"remove": func(t *rapid.T) {
				name := draw(t)
				m, err := f.Find(name)
				require.Equal(t, there[name], m)
				require.Equal(t, m == nil, err != nil)
				if m != nil {
					f.Remove(m, Asked)
					gone[name] = m
				}
				delete(there, name)
			},
			"return": func(t *rapid.T) {
				name := draw(t)
				m, err := f.FindAny(name)
				require.Equal(t, cmp.Or(there[name], gone[name]), m)
				require.Equal(t, m == nil, err != nil)
				if m != nil {
					f.Enter(m)
					there[name] = m
				}
				delete(gone, name)
			},
			"": func(t *rapid.T) {
				require.Len(t, f.All(), len(there))
				require.Len(t, f.Running(), len(there))
				require.Len(t, f.Removed(), len(gone))
				require.True(t, slices.IsSortedFunc(f.All(), func(a, b *Member) int { return a.number - b.number }))
			},
		})
	})
}

func TestAMemberIsAwaitedWhileAnybodyWaits(t *testing.T) {
	m := new(Fleet).New(5000)
	require.False(t, m.Awaited())
	require.Empty(t, m.Woken())
	one, other := m.Await(), m.Await()
	require.Len(t, m.Woken(), 1, "one word is enough")
	one()
	one()
	require.True(t, m.Awaited(), "one who waits no more counts once")
	other()
	require.False(t, m.Awaited())
}

// Those that were taken out first are forgotten.
func TestTheLastThatWereTakenOutAreRemembered(t *testing.T) {
	f, members := begun(maxRemoved + 3)
	slices.Reverse(members)
	var marks []uint64
	for _, m := range members {
		f.Remove(m, Asked)
		_, mark := f.RemovedSince(0)
		marks = append(marks, mark)
	}
	require.Len(t, f.Removed(), maxRemoved)
	_, err := f.FindAny(members[2].Name())
	require.ErrorIs(t, err, ErrUnknown)
	f.Enter(members[maxRemoved])
	removed, now := f.RemovedSince(marks[maxRemoved-1])
	require.Equal(t, []string{"n0", "n1"}, named(removed), "but for who is back")
	require.Equal(t, marks[len(marks)-1], now)
	f.Remove(members[maxRemoved], Asked)
	removed, _ = f.RemovedSince(now)
	require.Equal(t, []string{"n2"}, named(removed), "it has left again")
}

// talker is a node that has said a lot.
type talker struct{ launch.Node }

func (talker) Ready() launch.Ready { return launch.Ready{PID: 7} }
func (talker) Logs() string        { return strings.Repeat("a", 16<<10) }

func TestWhatALifeKeepsOfItsNode(t *testing.T) {
	m := new(Fleet).New(5000)
	life := m.Begin(talker{}, start)
	m.End(launch.Exit{Code: 3}, start)
	life.Release()
	require.Equal(t, launch.Ready{PID: 7}, life.Node().Ready())
	require.Empty(t, life.Node().Logs())
	<-life.Node().Done()
	for _, exit := range []launch.Exit{life.Node().Exit(), life.Node().Stop(time.Hour), life.Node().Kill()} {
		require.Equal(t, launch.Exit{Code: 3}, exit)
	}
	require.NoError(t, errors.Join(life.Node().Pause(), life.Node().Resume()))
}

// Who is taken out and enters again is among the ones or the others at any time.
func TestWhoComesAndGoesIsFound(t *testing.T) {
	f, members := begun(1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 500_000 {
			f.Remove(members[0], Asked)
			f.Enter(members[0])
		}
	}()
	for {
		select {
		case <-done:
			return
		default:
			_, err := f.FindAny("n0")
			require.NoError(t, err)
		}
	}
}

// The node of a machine that is taken out and joins again is the one that it was.
func TestWhoComesBackToItsMachineIsTheSame(t *testing.T) {
	f := new(Fleet)
	m, err := f.NewOn("http://b", "", 5000)
	require.NoError(t, err)
	m.Begin(nil, start)
	f.Enter(m)
	require.False(t, f.Remembers("http://b", "n0", 5000), "it is there")
	f.Remove(m, Asked)
	for _, other := range []struct {
		machine, name string
		port          int
	}{{"http://c", "n0", 5000}, {"http://b", "n0", 5001}, {"http://b", "n1", 5000}, {"", "n0", 5000}} {
		require.False(t, f.Remembers(other.machine, other.name, other.port), "%v", other)
	}
	for _, name := range []string{"", "n0"} {
		again, err := f.NewOn("http://b", name, 5000)
		require.NoError(t, err)
		require.Same(t, m, again)
	}
}

// A name that was given to a node which never began to live may be given again.
func TestAGivenNameIsFreeOnceItsMemberIsDropped(t *testing.T) {
	f := new(Fleet)
	m, err := f.NewOn("", "n7", 5000)
	require.NoError(t, err)
	require.ErrorIs(t, f.Free("n7"), ErrTaken)
	f.Drop(m)
	again, err := f.NewOn("", "n7", 5000)
	require.NoError(t, err)
	require.Equal(t, "n7", again.Name())
}
