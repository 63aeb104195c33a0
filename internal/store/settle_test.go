package store_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/store"
)

const sectorSize = 512

// cachedDisk is a disk as a store sees it: what is written is in the file at once, and for
// certain on the disk once a sync has returned that began later.
type cachedDisk struct {
	certain []byte
	syncs   []cached
}

// cached is the file when a sync begins, and what is certain of it before that sync ends.
type cached struct{ certain, written []byte }

func (d *cachedDisk) sync(db *bolt.DB) error {
	written, err := os.ReadFile(db.Path())
	if filepath.Base(db.Path()) == "chain.db" { // not while the file has no name yet
		d.syncs = append(d.syncs, cached{d.certain, written})
	}
	d.certain = written
	return err
}

// afterCrash is what the disk may have once the machine went down: of each sector the old
// content or what was written last.
func (c cached) afterCrash(rng *rand.Rand) []byte {
	raw := make([]byte, max(len(c.certain), len(c.written)))
	copy(raw, c.certain)
	odds := rng.Float64()
	for at := 0; at < len(c.written); at += sectorSize {
		if rng.Float64() < odds {
			copy(raw[at:at+sectorSize], c.written[at:])
		}
	}
	return raw
}

// life is one process after the other that has a store, on a machine that goes down.
type life struct {
	t       *testing.T
	rng     *rand.Rand
	folder  string
	path    string
	boot    byte
	load    *load
	disk    cachedDisk
	content []content // at the start, and after each commit
}

func newLife(t *testing.T) *life {
	folder := t.TempDir()
	return &life{t: t, rng: newRand(t), folder: folder, path: filepath.Join(folder, "chain.db"), boot: 1, load: newLoad(4, 60)}
}

func (l *life) machine() store.Machine { return store.Machine{Boot: l.boot, Sync: l.disk.sync} }

// run opens the store, commits some blocks, and closes it.
func (l *life) run(commits int) {
	l.disk.syncs = nil
	s, err := l.machine().Open(l.folder)
	require.NoError(l.t, err)
	s.BatchBy(3, 1000, time.Hour)
	l.content = nil
	l.note(s)
	l.load.goOn(l.content[0])
	for range commits {
		require.NoError(l.t, s.Update(func(to chain.Writer) error { return l.load.write(to, 1) }))
		l.note(s)
	}
	require.NoError(l.t, s.Close())
}

func (l *life) note(s chain.Store) {
	c, err := read(s)
	require.NoError(l.t, err)
	c.requireWhole(l.t)
	l.content = append(l.content, c)
}

// at returns a sync of the life, and how many commits were there when it began, and how
// many had settled. Each commit takes two; and so does what was there at the start, if it
// had to settle first.
func (l *life) at(sync int) (c cached, committed, settled int) {
	atStart := len(l.disk.syncs)/2 - (len(l.content) - 1) // 0 or 1
	committed = 1 + sync/2 - atStart
	return l.disk.syncs[sync], committed, max(committed-1, 0)
}

// opened returns what a store has that another process opens.
func (l *life) opened(raw []byte, boot byte) content {
	require.NoError(l.t, os.WriteFile(l.path, raw, 0o600))
	s, err := store.Machine{Boot: boot, Sync: noSync}.Open(l.folder)
	require.NoError(l.t, err)
	defer func() { require.NoError(l.t, s.Close()) }()
	c, err := read(s)
	require.NoError(l.t, err)
	return c
}

func noSync(*bolt.DB) error { return nil }

var crashes = flag.Int("crashes", 600, "of a machine, at random moments of random commits")

// A machine that goes down leaves of the pages since the last sync whatever it likes. The
// store then has the commits that had settled, or all of the last one too; and whoever was
// killed before finds everything.
func TestAMachineThatGoesDownLosesOneCommitAtMost(t *testing.T) {
	l := newLife(t)
	lost := 0
	for done := 0; done < *crashes; {
		l.run(1 + l.rng.IntN(6))
		var left []byte
		for range 25 {
			c, committed, settled := l.at(l.rng.IntN(len(l.disk.syncs)))
			require.True(t, reflect.DeepEqual(l.content[committed], l.opened(c.written, l.boot)), "killed")

			left = c.afterCrash(l.rng)
			found := l.opened(left, l.boot+1)
			if !reflect.DeepEqual(l.content[committed], found) {
				require.True(t, reflect.DeepEqual(l.content[settled], found), "%v of %v", found.tip, l.content[committed].tip)
				lost++
			}
			l.disk.certain = left
			done++
		}
		require.NoError(t, os.WriteFile(l.path, left, 0o600))
		l.boot++
		if l.boot == 100 {
			l.boot = 1
		}
	}
	t.Logf("%d of %d crashes took a commit", lost, *crashes)
	require.Positive(t, lost)
}

// Who is killed leaves a commit that has not settled. It does so before another one.
func TestACommitOfAKilledProcessSettlesFirst(t *testing.T) {
	l := newLife(t)
	for range 20 {
		l.run(2)
		killed, _, _ := l.at(len(l.disk.syncs) - 2)
		require.NoError(t, os.WriteFile(l.path, killed.written, 0o600))
		l.disk.certain = killed.certain
		l.run(1)
		c, committed, settled := l.at(2)
		require.Equal(t, 1, committed)
		found := l.opened(c.afterCrash(l.rng), l.boot+1)
		require.Contains(t, []chain.Ref{l.content[settled].tip, l.content[committed].tip}, found.tip)
		found.requireWhole(t)
		l.boot++
	}
}

// lostCommit is a store whose last commit had not settled when the machine went down,
// though all of it was on the disk.
func lostCommit(t *testing.T) *life {
	l := newLife(t)
	l.run(3)
	c, _, _ := l.at(len(l.disk.syncs) - 2)
	require.NoError(t, os.WriteFile(l.path, c.written, 0o600))
	return l
}

// A copy has its last meta page first, wherever the next commit writes its own.
func TestACopyLosesOneCommitAtMostToo(t *testing.T) {
	for commits := range 2 {
		l := newLife(t)
		l.run(3 + commits)
		s, err := l.machine().Open(l.folder)
		require.NoError(t, err)
		var copied bytes.Buffer
		require.NoError(t, s.Copy(func(int64) (io.Writer, error) { return &copied, nil }))
		require.NoError(t, s.Close())
		require.NoError(t, os.WriteFile(l.path, copied.Bytes(), 0o600))
		l.disk.certain = copied.Bytes()
		l.run(1)
		for range 50 {
			c, committed, settled := l.at(2)
			require.Equal(t, 1, committed)
			found := l.opened(c.afterCrash(l.rng), l.boot+1)
			require.True(t, reflect.DeepEqual(l.content[settled], found), "%v", found.tip)
		}
	}
}

func TestACommitThatTheMachineTookIsToldOf(t *testing.T) {
	l := lostCommit(t)
	s, err := store.Machine{Boot: l.boot + 1, Sync: noSync}.Open(l.folder)
	require.NoError(t, err)
	require.Contains(t, s.Warning(), l.path+": the machine went down")
	require.Contains(t, s.Warning(), "height 3 was there, height 2 is what is left")
	require.NoError(t, s.Close())
	s, err = store.Machine{Boot: l.boot + 1, Sync: noSync}.Open(l.folder)
	require.NoError(t, err)
	require.Empty(t, s.Warning(), "once")
	require.NoError(t, s.Close())
}

func TestWhoOnlyLooksDoesNotSeeWhatTheMachineTook(t *testing.T) {
	for boot, want := range map[byte]uint64{1: 3, 2: 2, 0: 2} {
		l := lostCommit(t)
		require.NoError(t, store.Machine{Boot: boot}.Inspect(l.folder, func(r chain.Reader) error {
			tip, err := r.Tip()
			require.Equal(t, want, tip.Height, "boot %d", boot)
			return err
		}))
	}
}

// Where nothing tells one boot from another, a commit has settled when Update returns.
func TestWithoutABootCommitsSettleAtOnce(t *testing.T) {
	l := newLife(t)
	l.boot = 0
	s, err := l.machine().Open(l.folder)
	require.NoError(t, err)
	for i := range 4 {
		require.NoError(t, s.Update(func(to chain.Writer) error { return l.load.write(to, 1) }))
		require.Len(t, l.disk.syncs, 2*(i+1))
		raw, err := os.ReadFile(l.path)
		require.NoError(t, err)
		require.True(t, bytes.Equal(raw, l.disk.certain))
	}
	c, err := read(s)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.Equal(t, c, l.opened(l.disk.certain, 0))
}

// What a sync that fails has left on the disk, nobody knows.
func TestASyncThatFailsDisablesTheStore(t *testing.T) {
	full := errors.New("the disk is gone")
	s, err := store.Machine{Boot: 1, Sync: noSync}.Open(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, s.Close())

	for _, boot := range []byte{0, 1} {
		folder := t.TempDir()
		fails := false
		s, err := store.Machine{Boot: boot, Sync: func(*bolt.DB) error {
			if fails {
				return full
			}
			return nil
		}}.Open(folder)
		require.NoError(t, err)
		fails = true
		w := newLoad(1, 3)
		block := func(to chain.Writer) error { return w.write(to, 1) }
		if err := s.Update(block); boot == 0 {
			require.ErrorIs(t, err, full)
		}
		err = s.Update(block)
		require.ErrorIs(t, err, full)
		require.ErrorContains(t, err, folder)
		_, err = read(s)
		require.ErrorIs(t, err, full)
		require.NoError(t, s.Close())
	}
}
