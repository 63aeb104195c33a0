package linkfaults_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/clock"
	"networkmngr/internal/events"
	"networkmngr/internal/faults"
	"networkmngr/internal/fleet"
	"networkmngr/internal/links"
	"networkmngr/internal/manager/linkfaults"
	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// Who can reach each other again is told to dial, unless nobody wants that; and all is told of.
func TestWhoCanMeetAgainDials(t *testing.T) {
	n := start(t, 4, t.TempDir(), clock.Lab{})
	require.Equal(t, "n0 n1 | n2 n3 are cut apart", n.edit(apart(faults.Nodes{"n0-n1"}, faults.Nodes{"5002", "n3"}, 0), nil).Message)
	require.Equal(t, []string{"n2", "n3"}, n.cut(0))
	n.edit(linkfaults.Heal(""), new(false))
	require.Empty(t, n.cut(0))
	require.Empty(t, n.dialled(0))
	n.edit(apart(faults.Nodes{"n0", "n1"}, faults.Nodes{"n2", "n3"}, 0), nil)
	healed := n.edit(linkfaults.Heal(faults.DefaultName), nil)
	require.Equal(t, "healed", healed.Message)
	require.EqualValues(t, 4, healed.Generation)
	require.Equal(t, []string{"n2", "n3"}, n.dialled(0))
	require.Equal(t, []string{"n0", "n1"}, n.dialled(3))
	require.Equal(t, []string{events.FaultsAsked, events.FaultsAsked, events.FaultsAsked, events.FaultsAsked}, n.why())
	_, err := n.Edit(t.Context(), whatever, linkfaults.Heal("x"), nil)
	require.ErrorIs(t, err, linkfaults.ErrNoPartition)
}

// Rules come to those that there are, in place of those for the same links, all or none.
func TestRules(t *testing.T) {
	n := start(t, 3, t.TempDir(), clock.Lab{})
	from0 := faults.Rule{From: faults.Nodes{"n0"}, To: faults.Nodes{"n1"}}
	fast := from0
	fast.Link = links.Link{Delay: times.Duration(8 * time.Second), Bandwidth: 1e9}
	tooFast := n.edit(linkfaults.Rules([]faults.Rule{fast}), nil)
	require.Equal(t, "links n0 to n1: delay 8s, 1Gbit/s; 1Gbit/s with a delay of 8s comes to about 67Mbit/s", tooFast.Message)
	require.Equal(t, tooFast.Message, n.Now(t.Context()).Message)
	slow, preset := faults.Rule{From: faults.Nodes{"n1"}, To: faults.Nodes{"5002"}, Link: links.Link{Loss: 0.01}}, from0
	preset.Preset = "3g"
	now := n.edit(linkfaults.Rules([]faults.Rule{slow, preset}), nil)
	require.Len(t, now.Desired.Links, 2)
	require.Equal(t, "3g", now.Desired.Links[1].Preset)
	require.Equal(t, faults.Nodes{"n2"}, now.Desired.Links[0].To)
	for _, wanted := range [][]faults.Rule{{{From: faults.Nodes{"n0"}, To: faults.Nodes{"n7"}}}, {slow, {From: faults.Nodes{"n0"}, To: faults.Nodes{"n7"}}}} {
		_, err := n.Edit(t.Context(), whatever, linkfaults.Rules(wanted), nil)
		require.ErrorIs(t, err, faults.ErrState)
	}
	require.Equal(t, now.Generation, n.Asked().Generation)
}

// Who has seen another generation changes nothing, and what is asked already is no change: it is
// given to who does not have it.
func TestOneGenerationForEachChange(t *testing.T) {
	n := start(t, 2, t.TempDir(), clock.Lab{})
	line := linkfaults.Whole(faults.State{Topology: &faults.Topology{Kind: faults.Line}, Seed: 9})
	errSeen := errors.New("seen")
	_, err := n.Edit(t.Context(), func(uint64) error { return errSeen }, line, nil)
	require.ErrorIs(t, err, errSeen)
	require.Zero(t, n.nodes[0].pushes)
	n.edit(line, nil)
	require.EqualValues(t, 9, n.nodes[0].has.Seed)
	n.nodes[1].has.Generation = 0
	require.Equal(t, []string{"n1"}, n.Now(t.Context()).Pending)
	again := n.edit(line, nil)
	require.Equal(t, "nothing has changed", again.Message)
	require.EqualValues(t, 1, again.Generation)
	require.Empty(t, again.Pending)
	require.Len(t, n.told, 1)
}

// All nodes have what is asked, or none.
func TestAllNodesOrNone(t *testing.T) {
	n := start(t, 3, t.TempDir(), clock.Lab{})
	n.edit(apart(faults.Nodes{"n0"}, faults.Nodes{"n1"}, 0), nil)
	n.nodes[2].refuse(true)
	_, err := n.Edit(t.Context(), whatever, linkfaults.Heal(""), nil)
	require.ErrorIs(t, err, linkfaults.ErrNotApplied)
	require.ErrorContains(t, err, "no room")
	require.Equal(t, []string{"n1"}, n.cut(0), "as before")
	require.EqualValues(t, 1, n.nodes[1].has.Generation)
	require.Len(t, n.told, 1)
	kept, err := linkfaults.Read(n.folder)
	require.NoError(t, err)
	require.EqualValues(t, 1, kept.Generation)
}

// What could not be kept is not asked.
func TestNothingIsAskedThatIsNotKept(t *testing.T) {
	n := start(t, 2, t.TempDir(), clock.Lab{})
	require.NoError(t, os.RemoveAll(n.folder))
	_, err := n.Edit(t.Context(), whatever, apart(faults.Nodes{"n0"}, faults.Nodes{"n1"}, 0), nil)
	require.ErrorIs(t, err, linkfaults.ErrNotApplied)
	require.Empty(t, n.cut(0))
	require.Zero(t, n.Asked().Generation)
	require.Empty(t, n.told)
}

// Who is paused, or ends before it answers, holds up nobody, and has its faults when it is back.
func TestWhoIsAwayHasItsFaultsLater(t *testing.T) {
	n := start(t, 3, t.TempDir(), clock.Lab{})
	n.nodes[1].SetPaused(true)
	n.nodes[2].ends = true
	now := n.edit(apart(faults.Nodes{"n0"}, faults.Nodes{"n1", "n2"}, 0), nil)
	require.Equal(t, []string{"n1", "n2"}, n.told[0].Pending)
	require.Contains(t, now.Pending, "n1")
	n.nodes[1].SetPaused(false)
	n.nodes[2].ends = false
	n.Sync(t.Context(), n.Running()...)
	require.Empty(t, n.Now(t.Context()).Pending)
	require.Equal(t, []string{"n0"}, n.cut(1))
	n.edit(linkfaults.Heal(""), nil)
	pushed := n.nodes[1].pushes
	n.Sync(t.Context(), n.Running()...)
	require.Equal(t, pushed, n.nodes[1].pushes, "there is nothing to give")
}

// Who is cut off in one direction has no link, and waits for none.
func TestReachable(t *testing.T) {
	n := start(t, 3, t.TempDir(), clock.Lab{})
	require.Equal(t, 2, n.Reachable("n0"))
	for _, groups := range [][]faults.Nodes{{{"n0"}, {"n1", "n2"}}, {{"n1", "n2"}, {"n0"}}} {
		n.edit(linkfaults.Partition(faults.Partition{Groups: groups, Oneway: true}), nil)
		require.Zero(t, n.Reachable("n0"))
		require.Equal(t, 1, n.Reachable("n1"))
	}
}

// A node that is about to join takes part in what is asked of all; before that it costs nothing.
func TestAtLaunch(t *testing.T) {
	n := start(t, 2, t.TempDir(), clock.Lab{})
	joining := n.fleet.New(5002)
	form, err := n.AtLaunch(joining)
	require.NoError(t, err)
	require.Nil(t, form)
	n.edit(linkfaults.Whole(faults.State{Topology: &faults.Topology{Kind: faults.Line}}), nil)
	form, err = n.AtLaunch(joining)
	require.NoError(t, err)
	require.Contains(t, string(form), idOf("n0").String(), "it is cut off from n0")
	require.NotContains(t, string(form), idOf("n1").String())
	n.enter(joining)
	n.Sync(t.Context(), n.Running()...)
	require.Equal(t, []string{"n2"}, n.cut(0))
}

func TestLinks(t *testing.T) {
	n := start(t, 3, t.TempDir(), clock.Lab{})
	n.edit(linkfaults.Rules([]faults.Rule{{From: faults.Nodes{"n2"}, To: faults.Nodes{"n1"}, Preset: "moon"}}), nil)
	n.nodes[2].SetPaused(true)
	all := n.Links(t.Context(), "")
	require.Equal(t, []string{"n2"}, all.Unknown)
	require.Len(t, all.Links, 2)
	require.EqualValues(t, 1, all.Links[0].Achieved.Frames)
	only := n.Links(t.Context(), "n2")
	require.Len(t, only.Links, 1)
	require.Equal(t, links.Presets()["moon"], only.Links[0].Asked)
	require.Nil(t, only.Links[0].Achieved, "it says nothing")
}

// Nodes know each other's ids before the first of them dials, as far as they have had a life.
func TestBeginWithFaultsOfAnEarlierRun(t *testing.T) {
	before := start(t, 2, t.TempDir(), clock.Lab{})
	before.edit(apart(faults.Nodes{"n0"}, faults.Nodes{"n1"}, 0), nil)
	n := &network{T: t, folder: before.folder, change: make(chan struct{}, 1)}
	n.open()
	members := []*fleet.Member{n.fleet.New(5000), n.fleet.New(5001)}
	require.NoError(t, n.Begin(members, func() (map[int]types.NodeID, error) {
		return map[int]types.NodeID{5001: idOf("n1")}, nil
	}))
	form, err := n.AtLaunch(members[0])
	require.NoError(t, err)
	require.Contains(t, string(form), idOf("n1").String())
	n.enter(members[0])
	n.enter(members[1])
	require.NoError(t, n.Begun(t.Context()))
	n.TellBefore()
	require.Equal(t, []string{"n0"}, n.cut(1))
	require.Equal(t, []string{events.FaultsResumed}, n.why())
}

// What a file keeps that came from elsewhere is checked as requests are. What was once taken, and
// is of no effect, is left out.
func TestKeptFaults(t *testing.T) {
	keep := func(desired string) string {
		folder := t.TempDir()
		text := `{"generation": 1, "desired": ` + desired + `}`
		require.NoError(t, os.WriteFile(filepath.Join(folder, linkfaults.FileName), []byte(text), 0o600))
		return folder
	}
	n := &network{T: t, folder: keep(`{"topology": {"kind": "edges", "edges": ["n0"]}}`)}
	n.open()
	require.ErrorContains(t, n.Begin(nil, nil), filepath.Join(n.folder, linkfaults.FileName))
	_, err := linkfaults.Read(keep(`{"partition": []}`))
	require.ErrorContains(t, err, `unknown key "partition"`)
	n = start(t, 2, keep(`{"partitions": [{"name": "a", "groups": ["all"], "rest": true, "how": "silent"}], "links": [{"from": "n0", "to": "n0", "loss": "1%"}]}`), clock.Lab{})
	require.Equal(t, uint64(2), n.Asked().Generation)
	require.True(t, n.Asked().Desired.IsZero())
	require.Equal(t, []string{events.FaultsOver}, n.why())
}

// What has an end ends by itself, and not before; after a failure it is tried again.
func TestFaultsEndByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, 3, t.TempDir(), clock.Lab{})
		go n.Faults.Run(t.Context())
		n.edit(linkfaults.Partition(faults.Partition{Name: "b", Groups: []faults.Nodes{{"n1"}, {"n2"}}}), nil)
		n.edit(apart(faults.Nodes{"n0"}, faults.Nodes{"n1"}, time.Minute), nil)
		time.Sleep(time.Minute - time.Second)
		synctest.Wait()
		require.Equal(t, []string{"n1"}, n.cut(0))
		n.nodes[2].refuse(true)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, []string{"n1"}, n.cut(0), "not while one refuses")
		n.nodes[2].refuse(false)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Empty(t, n.cut(0))
		require.Equal(t, []string{"n2"}, n.cut(1))
		require.Equal(t, []string{"n0"}, n.dialled(1))
		require.Equal(t, "n0 | n1 are joined again", n.told[2].Done)
	})
}

// Faults end by the network's time: it may stand still, rest, or be set forward.
func TestFaultsEndAtTheNetworksTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, 2, t.TempDir(), clock.Lab{})
		go n.Faults.Run(t.Context())
		began := time.Now()
		n.edit(apart(faults.Nodes{"n0"}, faults.Nodes{"n1"}, time.Hour), nil)
		n.setLab(clock.Lab{Lived: began, Since: began, Stands: true})
		n.Retime()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		require.Equal(t, []string{"n1"}, n.cut(0), "time stands still")
		n.setLab(clock.Lab{Behind: times.Duration(2 * time.Hour)})
		n.Retime()
		until := n.Now(t.Context()).Desired.Partitions[0].Until.At
		require.Equal(t, began.Add(3*time.Hour).UTC(), until.UTC())
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		require.Equal(t, []string{"n1"}, n.cut(0))
		n.setLab(clock.Lab{Behind: times.Duration(time.Hour)})
		n.Retime()
		synctest.Wait()
		require.Empty(t, n.cut(0))
		require.Equal(t, events.FaultsOver, n.why()[4])
	})
}

// What was over while no manager was there is over when one is again; and what ends while the
// network starts is no reason not to start.
func TestFaultsThatEndWhileNobodyIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		n := start(t, 2, folder, clock.Lab{})
		n.edit(apart(faults.Nodes{"n0"}, faults.Nodes{"n1"}, time.Minute), nil)
		again := &network{T: t, folder: folder, change: make(chan struct{}, 1)}
		again.open()
		time.Sleep(2 * time.Minute)
		members := []*fleet.Member{again.fleet.New(5000), again.fleet.New(5001)}
		require.NoError(t, again.Begin(members, func() (map[int]types.NodeID, error) { return nil, nil }))
		last := start(t, 2, folder, clock.Lab{})
		require.Empty(t, last.cut(0))
		require.EqualValues(t, 2, last.Asked().Generation)
		require.Equal(t, []string{events.FaultsOver}, last.why())
		require.Equal(t, "healed", last.told[0].Done)
	})
}
