package news

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// reader is who is told the news of a network with some nodes that stand.
type reader struct {
	*testing.T
	news *News
	now  time.Time
	said []string
}

func id(node int) types.NodeID { return types.NodeID{byte(node + 1)} }

func read(t *testing.T, nodes int) *reader {
	r := &reader{T: t, news: New(), now: time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)}
	for i := range nodes {
		r.node(i, events.NodeUp{ID: id(i)})
	}
	r.network(events.NetworkUp{})
	require.Empty(t, r.said, "a start is no news")
	return r
}

func (r *reader) node(node int, data events.Data) { r.tell(fmt.Sprintf("n%d", node), data) }
func (r *reader) network(data events.Data)        { r.tell("", data) }

func (r *reader) tell(node string, data events.Data) {
	r.take(r.news.Tell(&events.Event{Time: r.now, Type: data.Type(), Node: node, Data: data}))
}

func (r *reader) take(lines []Line) {
	marks := map[Grade]string{Usual: "", Good: "+ ", Doubt: "? ", Bad: "- ", Notice: "! "}
	for _, line := range lines {
		r.said = append(r.said, marks[line.Grade]+line.Text)
	}
}

// pass has time go by, with what is due meanwhile.
func (r *reader) pass(d time.Duration) {
	end := r.now.Add(d)
	for next := r.news.Next(); !next.IsZero() && !next.After(end); next = r.news.Next() {
		require.True(r, next.After(r.now), "time goes on")
		r.now = next
		r.take(r.news.Wake(next))
	}
	r.now = end
}

// requireSaid checks what was said since the last time.
func (r *reader) requireSaid(want ...string) {
	r.Helper()
	require.Equal(r, strings.Join(want, "\n"), strings.Join(r.said, "\n"))
	r.said = nil
}

func ref(name string, index uint64) events.BlockRef {
	return events.BlockRef{Hash: types.DoubleSHA256([]byte(name)), Index: index}
}

// mined has a node find a block on top of another one, and be on it.
func (r *reader) mined(node int, name, on string, index uint64, transfers int) {
	at := ref(name, index)
	r.node(node, events.BlockMined{BlockRef: at, Previous: ref(on, 0).Hash, Miner: id(node).Account(), Transactions: transfers + 1, Seconds: 0.844})
	r.on(node, name, on, index, node)
}

// on has a node take over a block of another one's.
func (r *reader) on(node int, name, on string, index uint64, miner int) {
	r.node(node, events.BlockConnected{BlockRef: ref(name, index), Previous: ref(on, 0).Hash, Miner: id(miner).Account(), Transactions: 1})
	r.node(node, events.TipMoved{BlockRef: ref(name, index)})
}

func TestBlocks(t *testing.T) {
	r := read(t, 2)
	r.mined(0, "a", "genesis", 1, 0)
	r.on(1, "a", "genesis", 1, 0)
	r.mined(1, "b", "a", 2, 1)
	r.mined(0, "c", "b", 3, 2)
	r.requireSaid("block 1 by n0 in 0.84 s", "block 2 by n1 in 0.84 s, 1 transfer", "block 3 by n0 in 0.84 s, 2 transfers")
}

// A node may hear of a block before the one that mined it is heard.
func TestABlockThatIsHeardOfFirst(t *testing.T) {
	r := read(t, 2)
	r.on(1, "a", "genesis", 1, 0)
	r.requireSaid()
	r.mined(0, "a", "genesis", 1, 0)
	r.requireSaid("block 1 by n0 in 0.84 s")
}

// The word of two miners comes by two streams: whichever is the faster, a block is told
// of after the one that it stands on, and once.
func TestABlockIsToldOfAfterTheOneBelow(t *testing.T) {
	r := read(t, 3)
	r.on(1, "a", "genesis", 1, 0)
	r.on(1, "b", "a", 2, 2)
	r.requireSaid()
	r.mined(1, "c", "b", 3, 0)
	r.requireSaid("block 1 by n0", "block 2 by n2", "block 3 by n1 in 0.84 s")
	r.mined(0, "a", "genesis", 1, 0)
	r.mined(2, "b", "a", 2, 0)
	r.requireSaid()
}

// Blocks of long ago, which a newcomer catches up with, are not told of.
func TestBlocksOfLongAgo(t *testing.T) {
	r := read(t, 2)
	for i := range uint64(10) {
		r.on(1, fmt.Sprint(i+1), fmt.Sprint(i), i+1, 0)
	}
	r.mined(1, "new", "10", 11, 0)
	r.requireSaid("block 11 by n1 in 0.84 s")
}

func TestABlockOfAStranger(t *testing.T) {
	r := read(t, 2)
	for node := range 2 {
		r.on(node, "a", "genesis", 1, 77)
	}
	address := id(77).Account().String()
	r.requireSaid("block 1 by " + address[:7] + "…" + address[len(address)-4:])
}

func TestForks(t *testing.T) {
	r := read(t, 3)
	r.mined(0, "a", "genesis", 1, 0)
	r.mined(1, "b", "genesis", 1, 0)
	r.mined(2, "c", "genesis", 1, 0)
	r.requireSaid("block 1 by n0 in 0.84 s", "block 1 by n1 in 0.84 s", "? fork: n0 and n1 each have a block 1",
		"block 1 by n2 in 0.84 s", "? fork: n0 and n2 each have a block 1")
}

// A reorg of several nodes is one line, once no more of them are waited for.
func TestReorgs(t *testing.T) {
	r := read(t, 6)
	reorg := events.Reorg{From: ref("b", 2), To: ref("z", 4), Fork: ref("a", 1), Depth: 1, Miner: id(5).Account(), Returned: 2, Dropped: 3, Held: 2}
	r.node(0, reorg)
	r.pass(gathering - time.Millisecond)
	r.node(1, reorg)
	r.requireSaid()
	r.pass(time.Millisecond)
	r.requireSaid("? reorg of 1 block on n0 n1, to n5's 4; 2 transfers back in the mempool; 1 transfer undone for good")
	for range 2 { // as where somebody decides by hand, and back again
		r.node(0, events.Reorg{From: ref("b", 2), To: ref("z", 4), Fork: ref("a", 1), Depth: 1, Miner: id(5).Account()})
	}
	r.pass(gathering)
	r.requireSaid("? reorg of 1 block on n0, to n5's 4", "? reorg of 1 block on n0, to n5's 4")
	for node := range 5 {
		r.node(node, events.Reorg{From: ref("b", 2), To: ref("z", 5), Fork: ref("a", 1), Depth: 2, Miner: id(5).Account()})
	}
	r.network(events.NetworkDown{})
	r.requireSaid("? reorg of 2 blocks on 5 nodes, to n5's 5")
}

// What is decided by hand is told, and where it leads back to; so is when a node starts
// again by itself.
func TestDecisionsAndRestarts(t *testing.T) {
	r := read(t, 2)
	r.node(1, events.BlockInvalidated{BlockRef: ref("b", 2)})
	r.node(1, events.Reorg{From: ref("c", 3), To: ref("a", 1), Fork: ref("a", 1), Depth: 2})
	r.pass(gathering)
	r.node(1, events.BlockReconsidered{BlockRef: ref("b", 2)})
	r.node(0, events.NodeDown{Why: events.Fault, RestartsIn: 4})
	r.node(1, events.NodeDown{Why: events.Told, RestartsIn: 1})
	r.requireSaid("n1: block 2 was invalidated by hand, with all that follows on it", "? reorg of 2 blocks on n1, back to 1",
		"n1: block 2 is reconsidered", "- n0 was killed; it restarts in 4 s", "- n1 was told to end; it restarts in 1 s")
}

// Many blocks within a second are one line, and so are those of the seconds after it.
func TestManyBlocks(t *testing.T) {
	r := read(t, 2)
	height := uint64(0)
	mine := func(count int) {
		for range count {
			height++
			r.mined(int(height%3/2), fmt.Sprint(height), fmt.Sprint(height-1), height, 0)
		}
	}
	mine(12)
	require.Len(t, r.said, usual)
	r.said = nil
	r.node(0, events.Reorg{From: ref("x", 2), To: ref("y", 4), Depth: 3})
	r.pass(window)
	r.requireSaid("7 blocks more up to 12, most by n0: 5", "? 1 reorg, the deepest of 3 blocks")
	mine(8)
	r.mined(1, "rival", fmt.Sprint(height-1), height, 0)
	r.pass(window)
	r.requireSaid("9 blocks more up to 20, most by n0: 5", "? 1 fork")
	mine(1)
	r.pass(window)
	r.requireSaid("block 21 by n0")
	mine(1)
	r.requireSaid("block 22 by n0 in 0.84 s")
}

func TestNodesGoAndComeBack(t *testing.T) {
	r := read(t, 3)
	r.node(0, events.NodeDown{Why: events.Fault})
	r.pass(12 * time.Second)
	r.node(0, events.NodeUp{ID: id(0)})
	r.node(1, events.NodePaused{})
	r.node(1, events.NodeResumed{})
	r.node(1, events.NodeSilent{Error: "timeout"})
	r.node(1, events.NodeAnswering{})
	r.node(2, events.NodeDown{Why: events.Restart, Clean: true})
	r.node(2, events.NodeUp{ID: id(2)})
	r.node(2, events.NodeDown{Why: events.Asked, Clean: true, Left: true})
	r.node(3, events.NodeUp{ID: id(3)})
	r.requireSaid("- n0 was killed", "+ n0 is back, after 12s", "? n1 is paused", "+ n1 goes on",
		"! node n1 does not answer: timeout", "! node n1 answers again", "? n2 restarts", "+ n2 is back, after 0s", "- n2 was removed", "+ n3 has joined")
	r.node(0, events.NodeDown{Why: events.Asked, Clean: true})
	r.network(events.NetworkDown{Clean: true})
	r.requireSaid()
}

// A machine that dies takes its nodes with it, and that they have ended is known only once
// it is back: they were away since they did not answer.
func TestNodesOfAMachineThatDiedAreBack(t *testing.T) {
	r := read(t, 2)
	for i := range 2 {
		r.node(i, events.NodeSilent{Error: "cut off"})
	}
	r.pass(13 * time.Second)
	r.node(0, events.NodeDown{Why: events.Gone})
	r.node(0, events.NodeUp{ID: id(0)})
	r.node(1, events.NodeDown{Why: events.Gone, Left: true})
	r.node(1, events.NodeUp{ID: id(1)})
	r.requireSaid("! node n0 does not answer: cut off", "! node n1 does not answer: cut off", "+ n0 is back, after 13s", "+ n1 is back, after 13s")
}

// A manager that was killed, and one that was told to end, tell at their next start that
// the nodes of before have left.
func TestNodesOfAResumedNetworkAreBack(t *testing.T) {
	r := read(t, 2)
	r.node(0, events.NodeDown{Why: events.Gone, Left: true})
	r.node(1, events.NodeDown{Why: events.Gone, Left: true})
	r.pass(3 * time.Second)
	r.node(0, events.NodeUp{ID: id(0)})
	r.node(1, events.NodeUp{ID: id(1)})
	r.network(events.NetworkUp{})
	r.node(2, events.NodeUp{ID: id(2)})
	r.requireSaid("+ n0 is back, after 3s", "+ n1 is back, after 3s", "+ n2 has joined")
	r.node(1, events.NodeDown{Why: events.Asked, Clean: true, Left: true})
	r.pass(time.Second)
	r.node(1, events.NodeUp{ID: id(1)})
	r.requireSaid("- n1 was removed", "+ n1 is back, after 1s")
}

func TestWhatSomebodyMustKnow(t *testing.T) {
	r := read(t, 2)
	r.node(0, events.NodeDown{Address: "a:1", Why: events.Crash, Message: "exit 2", Last: "panic"})
	r.node(0, events.NodeDown{Address: "a:1", Why: events.Crash, Message: "exit 2"})
	r.node(1, events.NodeDown{Address: "a:2", Why: events.Told, Clean: true, Left: true})
	r.node(1, events.NodeDown{Address: "a:2", Why: events.Asked, Message: "killed"})
	r.network(events.Notice{Text: "so"})
	r.network(events.NetworkDown{Kept: "kept"})
	r.requireSaid("! node a:1 has ended by itself: exit 2: panic", "! node a:1 has ended by itself: exit 2",
		"! node a:2 was told to end, and has left the network", "! node a:2 did not stop cleanly: killed", "! so",
		"! the data folder kept is kept, as a node did not end cleanly")
	r.network(events.Gap{First: 3, Last: 5})
	r.network(events.NetworkChanged{Network: "lab"})
	r.requireSaid("? events 3 to 5 were missed", "the network is now lab")
	r.network(events.Gap{Reason: events.AnotherNetwork})
	r.requireSaid("? this is another network than before")
}

// Branches are told of once they last, and once more when they are one.
func TestBranchesThatLast(t *testing.T) {
	r := read(t, 4)
	r.mined(0, "a", "genesis", 1, 0)
	r.on(1, "a", "genesis", 1, 0)
	r.mined(2, "x", "genesis", 1, 0)
	r.on(3, "x", "genesis", 1, 2)
	r.mined(0, "b", "a", 2, 0)
	r.said = nil
	r.pass(lasting - 2*every)
	r.requireSaid()
	r.pass(3 * every)
	r.requireSaid("? the nodes are on 2 branches: n0 at 2, n2 n3 at 1")
	r.pass(time.Hour / 60)
	r.requireSaid()
	for _, node := range []int{1, 2, 3} {
		r.on(node, "b", "a", 2, 0)
	}
	r.pass(2 * every)
	r.requireSaid("+ the nodes are on one branch again, at 2")
	require.Zero(t, r.news.Next(), "nothing is waited for")
}

// A node that lags behind, or that does not run, is on no branch.
func TestNodesThatAreNotOnABranch(t *testing.T) {
	r := read(t, 3)
	r.mined(0, "a", "genesis", 1, 0)
	r.mined(2, "x", "genesis", 1, 0)
	r.node(1, events.TipMoved{BlockRef: ref("genesis", 0)})
	r.node(2, events.NodePaused{})
	r.said = nil
	r.pass(time.Minute)
	r.requireSaid()
	r.node(2, events.NodeResumed{})
	r.node(0, events.TipMoved{BlockRef: ref("a", 1)})
	r.pass(time.Minute)
	require.Contains(t, r.said, "? the nodes are on 2 branches: n0 at 1, n2 at 1")
}

// However long a network runs, so much of it is known.
func TestBlocksAreForgotten(t *testing.T) {
	r := read(t, 1)
	for i := range uint64(2 * remembered) {
		r.mined(0, fmt.Sprint(i+1), fmt.Sprint(i), i+1, 0)
		r.pass(window)
	}
	b := r.news.blocks
	for _, size := range []int{len(b.known), len(b.order), len(b.onTop), len(b.titled)} {
		require.Equal(t, remembered, size)
	}
}

// Lines fit 60 columns with the time before them, but for what has many words of its own.
func TestLinesAreNarrow(t *testing.T) {
	r := read(t, 200)
	r.mined(199, "a", "genesis", 1234567, 4000)
	r.mined(198, "b", "genesis", 1234567, 4000)
	for node := range 200 {
		r.node(node, events.Reorg{From: ref("b", 1234567), To: ref("z", 1234568), Fork: ref("a", 1234566), Depth: 12, Miner: id(198).Account()})
	}
	r.pass(time.Second)
	for i := range 300 {
		r.mined(100+i%100, fmt.Sprint(i), fmt.Sprint(i-1), uint64(1234567+i), 0)
	}
	r.pass(time.Second)
	for _, line := range r.said {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimLeft(line, "?+-! "))+len("15:04:05  "), 60, line)
	}
}

// Whatever a node of another version tells, the news go on.
func TestEveryTypeIsTaken(t *testing.T) {
	r := read(t, 1)
	for _, name := range events.Types() {
		for _, node := range []string{"", "n0", "n7"} {
			record, err := events.ParseRecord(fmt.Appendf(nil, `{"offset":1,"type":%q,"node":%q,"data":{}}`, name, node))
			require.NoError(t, err)
			r.news.Tell(&record.Event)
		}
	}
}

// A sum is told at the end of its second, though nothing else happens.
func TestASumThatIsDue(t *testing.T) {
	r := read(t, 1)
	for i := range uint64(usual + 2) {
		r.mined(0, fmt.Sprint(i+1), fmt.Sprint(i), i+1, 0)
	}
	require.Len(t, r.said, usual)
	r.said = nil
	require.Equal(t, r.now.Add(window), r.news.Next())
	r.pass(window)
	r.requireSaid("2 blocks more up to 7, most by n0: 2")
	require.Zero(t, r.news.Next())
}

// The events of several nodes come in another order than that of their times.
func TestTimeDoesNotGoBack(t *testing.T) {
	r := read(t, 2)
	paused := events.NodePaused{}
	lines := r.news.Tell(&events.Event{Time: r.now.Add(-time.Second), Type: paused.Type(), Node: "n1", Data: paused})
	require.Equal(t, []Line{{r.now, Doubt, "n1 is paused"}}, lines)
}

func TestAClockThatIsSetBack(t *testing.T) {
	r := read(t, 2)
	for i := range uint64(usual + 2) {
		r.mined(0, fmt.Sprint(i+1), fmt.Sprint(i), i+1, 0)
	}
	r.node(0, events.Reorg{Depth: 1})
	r.mined(1, "x", "0", 1, 0)
	r.said = nil
	r.now = r.now.Add(-time.Hour)
	r.node(1, events.NodePaused{})
	require.Len(t, r.said, 3, "a sum, the fork and the reorg, and what has happened")
	require.False(t, r.news.Next().After(r.now.Add(every)), "no hour is waited for")
}
