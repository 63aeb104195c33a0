package state

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// story is events in order; a node's name stands before each.
type story struct {
	*testing.T
	fold *Fold
}

func tell(t *testing.T) *story { return &story{t, NewFold("abc")} }

func (s *story) that(node string, list ...events.Data) *story {
	for _, data := range list {
		offset := s.fold.Offset() + 1
		s.fold.Apply(&events.Event{
			Offset: offset, Time: noon.Add(time.Duration(offset) * time.Second), Type: data.Type(), Node: node, Data: data,
		})
	}
	return s
}

func (s *story) node(name string) Node {
	n, known := s.fold.Node(name)
	require.True(s, known)
	return n
}

func block(number byte) events.BlockRef {
	return events.BlockRef{Hash: types.Hash{number}, Index: uint64(number)}
}

func TestANodesLife(t *testing.T) {
	peer, other := types.NodeID{1}, types.NodeID{2}
	s := tell(t).that("n0", events.NodeUp{PID: 7, Address: "a"})
	require.Equal(t, Running, s.node("n0").State)
	s.that("n0", events.PeerLinked{Peer: other}, events.PeerLinked{Peer: peer, Outbound: true},
		events.TipMoved{BlockRef: block(3), Work: "12"}, events.Mempool{Transactions: 4})
	n := s.node("n0")
	require.Equal(t, block(3), *n.Tip)
	require.Equal(t, []types.NodeID{peer, other}, []types.NodeID{n.Peers[0].Peer, n.Peers[1].Peer})
	require.True(t, n.Peers[0].Outbound)
	for _, step := range []struct {
		data  events.Data
		state string
	}{
		{events.NodeSilent{}, Silent}, {events.NodeAnswering{}, Running},
		{events.NodePaused{}, Paused}, {events.NodeResumed{}, Running}, {events.NodeDown{}, Down},
	} {
		s.that("n0", step.data)
		require.Equal(t, step.state, s.node("n0").State)
	}
	require.Empty(t, s.node("n0").Peers, "links go with the process")
	require.Equal(t, block(3), *s.node("n0").Tip, "its chain is on disk")
	s.that("n0", events.NodeUp{PID: 8})
	require.Equal(t, 8, s.node("n0").PID)
	s.that("n0", events.NodeDown{Left: true})
	_, known := s.fold.Node("n0")
	require.False(t, known)
}

// What a node withholds is what it has found and neither shown nor given up.
func TestWhatANodeWithholds(t *testing.T) {
	s := tell(t).that("n0", events.NodeUp{})
	for _, step := range []struct {
		data     events.Data
		withheld int
	}{
		{events.BlockMined{BlockRef: block(1), Withheld: true}, 1},
		{events.BlockMined{BlockRef: block(2), Withheld: true}, 2},
		{events.BlockMined{BlockRef: block(3)}, 2},
		{events.BlocksPublished{BlockRef: block(1), Blocks: 1, Withheld: 1}, 1},
		{events.BlocksPublished{BlockRef: block(2), Blocks: 1}, 0},
		{events.BlockMined{BlockRef: block(4), Withheld: true}, 1},
		{events.BlocksAbandoned{BlockRef: block(4), Blocks: 1}, 0},
		{events.BlocksWithheld{Blocks: []events.BlockRef{block(5), block(6), block(7)}}, 3},
		{events.BlocksAbandoned{BlockRef: block(7), Blocks: 1}, 2},
	} {
		s.that("n0", step.data)
		require.Equal(t, step.withheld, s.node("n0").Withheld, "%+v", step.data)
	}
}

func TestALinkIsLost(t *testing.T) {
	peer := types.NodeID{1}
	s := tell(t).that("n0", events.PeerLinked{Peer: peer}, events.PeerLost{Peer: peer})
	require.Empty(t, s.node("n0").Peers)
}

func TestHeadsAreOfTheFirstNodeAndBounded(t *testing.T) {
	s := tell(t)
	for i := range LastBlocks + 50 {
		data := events.BlockConnected{BlockRef: events.BlockRef{Hash: types.DoubleSHA256([]byte{byte(i), byte(i >> 8)}), Index: uint64(i)}}
		s.that("n1", data).that("n0", data)
	}
	state := s.fold.State()
	require.Len(t, state.Blocks, LastBlocks)
	for i, head := range state.Blocks {
		require.EqualValues(t, i+50, head.Index)
		require.Equal(t, "n1", head.Node)
	}
	require.Len(t, s.fold.known, LastBlocks)
}

// A node that was ended by force tells at its next start of blocks that nobody may have
// heard of. The first word of a block stands.
func TestBlocksThatNobodyWasToldOf(t *testing.T) {
	known := events.BlockConnected{BlockRef: block(1), Timestamp: 1_800_000_000}
	s := tell(t).that("n0", known)
	before := s.fold.State().Blocks[0]
	untold := events.BlockConnected{BlockRef: block(2), Previous: block(1).Hash, Transactions: 3, Timestamp: 1_500_000_000}
	s.that("n1", events.TipMoved{BlockRef: block(2), Last: []events.BlockConnected{known, untold}})
	blocks := s.fold.State().Blocks
	require.Len(t, blocks, 2)
	require.Equal(t, before, blocks[0])
	require.Equal(t, block(2), blocks[1].BlockRef)
	require.Equal(t, "n1", blocks[1].Node)
	require.Equal(t, 3, blocks[1].Transactions)
	require.EqualValues(t, untold.Timestamp, blocks[1].Time.Unix(), "when it was found, as its header says")
}

func TestMiningOfTheNetworkAndOfANode(t *testing.T) {
	s := tell(t).that("", events.MiningStarted{Mode: "race", Rounds: 2})
	s.that("n0", events.MiningStarted{Mode: "continuous", Solver: "cpu"}, events.MiningResult{Block: new(block(1))}, events.MiningResult{Error: "x"})
	require.Equal(t, &Session{Mode: "race", Rounds: 2, Sent: 2, Mined: 1}, s.fold.State().Session)
	require.Equal(t, "continuous", s.node("n0").Mining.Mode)
	s.that("n0", events.MiningChanged{Mode: "interval"})
	require.Equal(t, "interval", s.node("n0").Mining.Mode)
	s.that("n0", events.MiningStopped{}).that("", events.MiningStopped{})
	require.Nil(t, s.fold.State().Session)
	require.Nil(t, s.node("n0").Mining)
	for _, mode := range []string{"demand", "off"} {
		s.that("n0", events.MiningChanged{Mode: mode, Solver: "paced"})
		require.Nil(t, s.node("n0").Mining, "it does not mine by itself")
	}
}

// What a picture of a block or of a node begins with needs no other question.
func TestWhatAPictureBeginsWith(t *testing.T) {
	id, miner := types.NodeID{1, 2, 3}, types.NamedAddress("alice")
	params := &events.Parameters{BlockTime: 2, FloorBits: "1e3fffc0"}
	s := tell(t).that("", events.NetworkUp{Network: "dev", Parameters: params}).that("n0", events.NodeUp{ID: id})
	require.Equal(t, params, s.fold.State().Parameters)
	require.Equal(t, id.Account(), s.node("n0").Account)
	s.that("n0", events.BlockConnected{BlockRef: block(1), Miner: miner, Transactions: 2, Size: 300, Timestamp: 1_800_000_000, Bits: "1e3dd320"})
	head := s.fold.State().Blocks[0]
	require.Equal(t, Block{
		BlockRef: block(1), Time: head.Time, Node: "n0", Miner: &miner, Transactions: 2, Size: 300, Timestamp: 1_800_000_000, Bits: "1e3dd320",
	}, head)
	s.that("", events.NetworkChanged{Network: "lab", Parameters: &events.Parameters{BlockTime: 9}})
	require.EqualValues(t, 9, s.fold.State().Parameters.BlockTime)
	require.Equal(t, s.fold.State().Parameters, Resume(s.fold.State()).State().Parameters)
}

func TestAnotherNetworkHasNoBlocks(t *testing.T) {
	s := tell(t).that("", events.NetworkUp{Network: "dev"}).that("n0", events.BlockConnected{BlockRef: block(1)})
	s.that("", events.NetworkChanged{Network: "lab", Genesis: types.Hash{9}})
	state := s.fold.State()
	require.Empty(t, state.Blocks)
	require.Equal(t, "lab", state.Network)
	require.Equal(t, types.Hash{9}, state.Genesis)
}

// What was handed out does not change any more.
func TestAStateIsACopy(t *testing.T) {
	s := tell(t)
	for i := range 3 {
		s.that(fmt.Sprintf("n%d", 9+i), events.NodeUp{}, events.PeerLinked{Peer: types.NodeID{1}}, events.TipMoved{BlockRef: block(1)})
	}
	s.that("", events.MiningStarted{Mode: "turns"})
	state := s.fold.State()
	before, err := json.Marshal(state)
	require.NoError(t, err)
	s.that("n10", events.TipMoved{BlockRef: block(2)}, events.PeerLost{Peer: types.NodeID{1}}, events.BlockConnected{BlockRef: block(2)}, events.MiningResult{})
	after, err := json.Marshal(state)
	require.NoError(t, err)
	require.JSONEq(t, string(before), string(after))
	require.Equal(t, []string{"n9", "n10", "n11"}, []string{state.Nodes[0].Name, state.Nodes[1].Name, state.Nodes[2].Name})
}

// The faults of the links are those of the last event that told of them, also for who goes
// on from a state.
func TestFaultsOfLinks(t *testing.T) {
	s := tell(t)
	require.Nil(t, s.fold.State().Faults)
	changed := events.FaultsChanged{Generation: 3, Why: events.FaultsAsked, Faults: events.Faults{
		Desired: []byte(`{"seed":4}`), Cut: 2, Partitions: []events.Partition{{Name: "x", Groups: [][]string{{"n0"}, {"n1"}}}},
	}}
	s.that("", changed)
	got := s.fold.State().Faults
	require.EqualValues(t, 3, got.Generation)
	require.Equal(t, changed.Faults, got.Faults)
	require.NotZero(t, got.Since)
	require.Equal(t, got, Resume(s.fold.State()).State().Faults)
	s.that("", events.FaultsChanged{Generation: 4})
	require.EqualValues(t, 4, s.fold.State().Faults.Generation)
	require.True(t, s.fold.State().Faults.None())
	require.EqualValues(t, 3, got.Generation, "a state is a copy")
}

func TestMachinesComeAndGo(t *testing.T) {
	s := tell(t)
	fares := func(url, state string) {
		s.that("", events.MachineChanged{URL: url, State: state, Error: "why"})
	}
	fares("http://a", events.MachineJoined)
	fares("http://b", events.MachineJoined)
	fares("http://a", events.MachineSilent)
	before := s.fold.State().Machines
	require.Len(t, before, 2)
	require.Equal(t, Machine{URL: "http://a", State: events.MachineSilent, Since: before[0].Since, Error: "why"}, before[0])
	require.Equal(t, before, Resume(s.fold.State()).State().Machines)
	fares("http://a", events.MachineRemoved)
	require.Equal(t, []Machine{before[1]}, s.fold.State().Machines)
	require.Equal(t, "http://a", before[0].URL, "a state is a copy")
	s.that("", events.NetworkUp{})
	require.Empty(t, s.fold.State().Machines, "they join anew")
	s.that("n2", events.NodeUp{Machine: "http://b"})
	require.Equal(t, "http://b", s.fold.State().Nodes[0].Machine)
}

// Whatever a node of another version tells, the fold stands.
func TestEveryTypeIsTaken(t *testing.T) {
	s := tell(t)
	for _, name := range events.Types() {
		for _, node := range []string{"", "n0"} {
			record, err := events.ParseRecord(fmt.Appendf(nil, `{"offset":%d,"type":%q,"node":%q,"data":{}}`, s.fold.Offset()+1, name, node))
			require.NoError(t, err)
			s.fold.Apply(&record.Event)
		}
	}
	require.EqualValues(t, 2*len(events.Types()), s.fold.State().Offset)
}

// A node that catches up displaces no block that is higher.
func TestOldBlocksDisplaceNoHigherOnes(t *testing.T) {
	s := tell(t)
	at := func(index uint64) events.BlockConnected {
		return events.BlockConnected{BlockRef: events.BlockRef{Hash: types.DoubleSHA256(fmt.Append(nil, index)), Index: index}}
	}
	for index := uint64(1000); index < 1000+LastBlocks-1; index++ {
		s.that("n0", at(index))
	}
	for index := range uint64(900) {
		s.that("n1", at(index))
	}
	s.that("n0", at(2000))
	blocks := s.fold.State().Blocks
	require.Len(t, blocks, LastBlocks)
	require.EqualValues(t, 1000, blocks[0].Index)
	require.EqualValues(t, 2000, blocks[LastBlocks-1].Index)
}

// Who goes on from a state comes to the same as who has followed from the start.
func TestAStateIsGoneOnFrom(t *testing.T) {
	s := tell(t).that("", events.NetworkUp{Network: "dev", Genesis: types.Hash{7}}, events.MiningStarted{Mode: "race", Rounds: 2})
	s.that("n0", events.NodeUp{PID: 7}, events.PeerLinked{Peer: types.NodeID{1}}, events.PeerLinked{Peer: types.NodeID{2}},
		events.BlockConnected{BlockRef: block(1)}, events.TipMoved{BlockRef: block(1)}, events.MiningStarted{Mode: "demand"})
	resumed := &story{t, Resume(s.fold.State())}
	require.Equal(t, s.fold.State(), resumed.fold.State())
	for _, s := range []*story{s, resumed} {
		s.that("n0", events.PeerLost{Peer: types.NodeID{1}}, events.BlockConnected{BlockRef: block(1)}, events.BlockConnected{BlockRef: block(2)},
			events.MiningResult{Block: new(block(2))}, events.MiningStopped{})
	}
	require.Equal(t, s.fold.State(), resumed.fold.State())
}

// What a node tells takes memory within bounds.
func TestLinksAreBounded(t *testing.T) {
	s := tell(t)
	for i := range maxLinks + 10 {
		s.that("n0", events.PeerLinked{Peer: types.NodeID{byte(i), byte(i >> 8), byte(i >> 16)}})
	}
	require.Len(t, s.fold.State().Nodes[0].Peers, maxLinks)
}

// A block that a node does not take for its time is kept until the node's chain is as high, or
// the node ends.
func TestBlocksFromTheFuture(t *testing.T) {
	late := events.BlockTooNew{BlockRef: events.BlockRef{Hash: types.Hash{11}, Index: 11}, Timestamp: 1, Seconds: 3 * 3600}
	s := tell(t).that("n6", events.NodeUp{}, events.TipMoved{BlockRef: events.BlockRef{Index: 10}}, late)
	require.Equal(t, &late, s.node("n6").TooNew)
	s.that("n6", events.TipMoved{BlockRef: events.BlockRef{Index: 10}})
	require.Equal(t, &late, s.node("n6").TooNew)
	s.that("n6", events.TipMoved{BlockRef: events.BlockRef{Index: 11}})
	require.Nil(t, s.node("n6").TooNew)
	s.that("n6", late, events.NodeDown{})
	require.Nil(t, s.node("n6").TooNew)
}
