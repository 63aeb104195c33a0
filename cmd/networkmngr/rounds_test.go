package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// senders have funds in the network that is killed again and again, one for each
// of its nodes.
var senders = []string{"alice", "bob", "carol"}

// life is for how many rounds a network is killed. Then another takes its place, as
// only one without blocks can be changed.
const life = 30

// Everything dies at random moments, round after round in one folder: the manager,
// a node, all of them in any order; while the network is changed, while all mine and
// take transfers, or while a heavier branch takes their blocks away. Whatever
// somebody was told of is there the next time, and the nodes are one network.
func TestKillRounds(t *testing.T) {
	t.Parallel()
	k := newKilling(t)
	for left := *rounds; left > 0; left -= life {
		k.live(min(life, left))
	}
	t.Logf("%d rounds: %s", *rounds, k.total)
}

// killing is a folder with a network that is killed round after round, and what
// clients were told of.
type killing struct {
	*world
	r         *rand.Rand
	port      int
	genesis   string   // file of what each network starts as
	names     []string // that the network may have: clients know of the first, and have asked for the second
	change    time.Duration
	blocks    *acknowledged
	transfers *promised
	total     counts
}

// counts is what the rounds came to.
type counts struct {
	networks, height            int // height of all together
	blocks, transfers, replaced int // replaced by their senders, of the transfers
	asked, answered, changed    int // changes of the network
	deepest                     int // reorg before a kill, in blocks
}

func (c counts) String() string {
	return fmt.Sprintf("%d blocks and %d transfers were acknowledged, %d of these were replaced by their senders; "+
		"of %d changes of the network %d were answered and %d done; the deepest reorg was of %d blocks; "+
		"the heights of %d networks come to %d",
		c.blocks, c.transfers, c.replaced, c.asked, c.answered, c.changed, c.deepest, c.networks, c.height)
}

func newKilling(t *testing.T) *killing {
	w := newWorld(t)
	k := &killing{
		world: w, r: newRand(t), port: freePorts(t, 1+len(senders)), genesis: w.lightGenesis("light", senders...),
	}
	k.change = k.changeTime()
	return k
}

// changeTime measures how long a change takes.
func (k *killing) changeTime() time.Duration {
	n := k.launchAt(k.port, len(senders), "--data", k.path("measured"), "--genesis", k.genesis).awaitReady()
	defer n.stop()
	return changeTime(n)
}

// live has a network changed, mine, and lose blocks for some rounds.
func (k *killing) live(rounds int) {
	k.names, k.transfers = []string{"light"}, &promised{}
	k.blocks = &acknowledged{blocks: make(map[string][]string)}
	changes := max(1, rounds/3)
	for round := range rounds {
		n := k.launch()
		switch {
		case round < changes:
			k.playChange(n)
		case round%2 == 0:
			k.agree(n)
			k.playReorg(n)
		default:
			k.agree(n)
			k.playRace(n)
		}
	}
	k.finish()
}

// launch starts the network and checks that it is what clients were told.
func (k *killing) launch() *network {
	args := []string{"--data", k.path("data")}
	if _, err := os.Stat(k.path("data")); err != nil {
		args = append(args, "--genesis", k.genesis)
	}
	n := k.launchAt(k.port, len(senders), args...).awaitReady()
	name := requireOneNetwork(n)["name"].(string)
	require.Contains(k.t, k.names, name)
	if name != k.names[0] {
		k.total.changed++
		k.transfers = &promised{} // those before were of the other network
	}
	k.names = []string{name}
	k.requireKept(n)
	return n
}

// playChange kills while the network is changed, and while a node may find the block
// after which it cannot be.
func (k *killing) playChange(n *network) {
	k.post(n).Wait()
	var using sync.WaitGroup
	name := fmt.Sprintf("change %d", k.total.asked)
	k.total.asked++
	answered := false
	using.Go(func() {
		_, err := try[object](http.MethodPut, n.port, "/blockchain", object{"name": name})
		answered = err == nil
	})
	if k.r.IntN(3) == 0 {
		wait := upTo(k.r, k.change/4)
		using.Go(func() { k.mineAfter(n, wait) })
	}
	k.kill(n, upTo(k.r, k.change*5/4))
	using.Wait()
	k.names = append(k.names, name)
	if answered {
		k.total.answered++
		k.total.changed++
		k.names = []string{name}
		k.transfers = &promised{}
	}
}

// mineAfter has a node mine, and counts the block if there is one.
func (k *killing) mineAfter(n *network, wait time.Duration) {
	<-time.After(wait)
	mined, err := try[struct{ Block blockForm }](http.MethodPost, n.ports[2], "/mine", nil)
	if err == nil {
		k.blocks.add(address(n.ports[2]), mined.Block.Hash)
	}
}

// playRace kills while all mine and take transfers, and somebody asks for a change
// that comes too late.
func (k *killing) playRace(n *network) {
	using := k.post(n)
	before := k.blocks.count()
	using.Go(collect(n, k.blocks).Wait)
	using.Go(func() {
		if _, err := try[object](http.MethodPut, n.port, "/blockchain", object{"name": "late"}); err == nil {
			n.t.Error("a network with blocks was changed")
		}
	})
	eventually(k.t, func() bool { return k.blocks.count() > before+5 }, "nobody mines")
	k.kill(n, upTo(k.r, soon))
	using.Wait()
}

// playReorg kills while nodes take transfers and a heavier branch.
func (k *killing) playReorg(n *network) {
	using := k.post(n)
	rival := k.branch(n)
	using.Go(func() { k.total.deepest = max(k.total.deepest, handIn(n, rival)) })
	k.kill(n, upTo(k.r, soon))
	using.Wait()
}

// soon is within what time the kill comes.
const soon = 200 * time.Millisecond

// post hands transfers to all nodes.
func (k *killing) post(n *network) *sync.WaitGroup {
	var posting sync.WaitGroup
	for i := range n.ports {
		posting.Go(func() { k.transfers.post(n, i) })
	}
	return &posting
}

// branch has blocks mined, and mines one more apart, from where a node stands.
func (k *killing) branch(n *network) []json.RawMessage {
	from := get[figuresForm](k.t, n.ports[0], "/blockchain").Height
	rival := k.launchNode("--genesis", k.path("data", "genesis.json"), "--data", k.copyChain(n))
	defer rival.kill()
	depth := 1 + k.r.IntN(8)
	for range depth {
		mined := post[struct{ Block blockForm }](k.t, n.ports[0], "/mine", nil)
		k.blocks.add(address(n.ports[0]), mined.Block.Hash)
	}
	base := get[figuresForm](k.t, rival.port, "/blockchain").Height
	require.LessOrEqual(k.t, base, from)
	post[struct{}](k.t, rival.port, fmt.Sprintf("/mine?count=%d", from-base+depth+1), nil)
	path := fmt.Sprintf("/chain?from=%d", base+1)
	return get[struct{ Chain []json.RawMessage }](k.t, rival.port, path).Chain
}

// copyChain is a folder with no more than the chain that a node has. What is read while
// the node writes may be neither what was before nor after, and is read again.
func (k *killing) copyChain(n *network) string {
	var chain, before []byte
	eventually(k.t, func() (same bool) {
		var err error
		before, chain = chain, nil
		chain, err = os.ReadFile(chainFile(k.world, n.ports[0]))
		return err == nil && bytes.Equal(before, chain)
	}, "the chain is written on and on")
	folder, err := os.MkdirTemp(k.folder, "rival-*")
	require.NoError(k.t, err)
	require.NoError(k.t, os.WriteFile(filepath.Join(folder, "chain.db"), chain, 0o600))
	return folder
}

// handIn gives a node the blocks of a branch until it is cut off. It is the depth of
// the reorg that came of it.
func handIn(n *network, branch []json.RawMessage) (depth int) {
	for _, block := range branch {
		told, err := try[struct {
			Depth int `json:"reorg_depth"`
		}](http.MethodPost, n.ports[1], "/block/new", block)
		if err != nil {
			return depth
		}
		depth = max(depth, told.Depth)
	}
	return depth
}

// kill ends everything after some time: all at once in any order, a node before the
// rest, or the manager, which takes its nodes along.
func (k *killing) kill(n *network, wait time.Duration) {
	switch k.r.IntN(3) {
	case 0:
		killAll(n, k.r, wait)
	case 1:
		victim := k.r.IntN(len(senders))
		timer := time.AfterFunc(wait/2, func() {
			if nodes := k.children(n); len(nodes) > 0 {
				_ = syscall.Kill(nodes[victim%len(nodes)], syscall.SIGKILL) // it may have ended by now
			}
		})
		killAll(n, k.r, wait)
		timer.Stop()
	case 2:
		n.killAfter(wait)
	}
	n.requireGone()
}

// requireKept checks that the nodes are one network, and that each still XX
func (k *killing) requireKept(n *network) {
	for _, port := range n.ports {
		for _, hash := range sample(k.r, k.blocks.blocks[address(port)]) {
			require.Equal(k.t, hash, get[blockForm](k.t, port, "/blocks/"+hash).Hash)
		}
	}
	for _, one := range sample(k.r, k.transfers.list) {
		isContradicted(k.t, one)
	}
}

// agree has the nodes come to one tip. One more block decides between branches of
// equal work.
func (k *killing) agree(n *network) {
	post[struct{}](k.t, n.ports[0], "/mine", nil)
	eventually(k.t, func() bool { return sameTip(n.ports) }, "the nodes' tips differ")
}

// finish has all that was promised mined, looks for all of it, and ends the network.
func (k *killing) finish() {
	n := k.launch()
	k.agree(n)
	for get[struct{ Count int }](k.t, n.ports[0], "/mempool").Count > 0 {
		post[struct{}](k.t, n.ports[0], "/mine", nil)
	}
	requireKnown(k.t, n, k.blocks)
	for _, one := range k.transfers.list {
		if isContradicted(k.t, one) {
			k.total.replaced++
		}
	}
	for _, port := range n.ports {
		require.True(k.t, get[struct{ Valid bool }](k.t, port, "/chain/validate").Valid)
	}
	k.total.networks++
	k.total.height += get[figuresForm](k.t, n.ports[0], "/blockchain").Height
	k.total.blocks += k.blocks.count()
	k.total.transfers += len(k.transfers.list)
	n.stop()
	require.NoError(k.t, os.RemoveAll(k.path("data")))
}
