package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// senders have funds in the network that is killed again and again, one for each
// of its nodes.
var senders = []string{"alice", "bob", "carol"}

// Everything dies at random moments, round after round in one folder: the manager,
// a node, all of them in any order; while all mine and take transfers, or while a
// heavier branch takes their blocks away. Whatever somebody was told of is there the
// next time, and the nodes are one network.
func TestKillRounds(t *testing.T) {
	t.Parallel()
	k := newKilling(t)
	for round := range *rounds {
		k.play(round)
	}
	k.finish()
}

// killing is a folder with a network that is killed round after round, and what
// clients were told of.
type killing struct {
	*world
	r         *rand.Rand
	port      int
	genesis   string
	blocks    *acknowledged
	transfers *promised
	deepest   int // reorg before a kill, in blocks
}

func newKilling(t *testing.T) *killing {
	w := newWorld(t)
	return &killing{
		world: w, r: newRand(t), port: freePorts(t, 1+len(senders)), genesis: w.lightGenesis("light", senders...),
		blocks: &acknowledged{blocks: make(map[string][]string)}, transfers: &promised{},
	}
}

func (k *killing) launch() *network {
	return k.launchAt(k.port, len(senders), "--data", k.path("data"), "--genesis", k.genesis).awaitReady()
}

// play is one round.
func (k *killing) play(round int) {
	n := k.launch()
	k.requireKept(n)
	var using sync.WaitGroup
	for i := range n.ports {
		using.Go(func() { k.transfers.post(n, i) })
	}
	if round%2 == 0 {
		before := k.blocks.count()
		using.Go(collect(n, k.blocks).Wait)
		eventually(k.t, func() bool { return k.blocks.count() > before+5 }, "nobody mines")
	} else {
		rival := k.branch(n)
		using.Go(func() { k.deepest = max(k.deepest, handIn(n, rival)) })
	}
	k.kill(n)
	using.Wait()
}

// branch has blocks mined, and mines one more apart, from where a node stands.
func (k *killing) branch(n *network) []json.RawMessage {
	from := get[figuresForm](k.t, n.ports[0], "/blockchain").Height
	rival := k.launchNode("--genesis", k.genesis, "--data", k.copyChain(n))
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

// copyChain is a folder with no more than the chain that a node has.
func (k *killing) copyChain(n *network) string {
	chain, err := os.ReadFile(chainFile(k.world, n.ports[0]))
	require.NoError(k.t, err)
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
func (k *killing) kill(n *network) {
	wait := upTo(k.r, 200*time.Millisecond)
	switch nodes := k.processes(); k.r.IntN(3) {
	case 0:
		killAll(n, k.r, wait)
	case 1:
		victim := nodes[k.r.IntN(len(nodes))]
		timer := time.AfterFunc(wait/2, func() { _ = syscall.Kill(victim, syscall.SIGKILL) })
		killAll(n, k.r, wait)
		timer.Stop()
	case 2:
		n.killAfter(wait)
	}
	n.requireGone()
}

// promise is a transfer that a node was asked for and has answered with 202.
type promise struct {
	port     int
	id       string
	sender   string
	sequence int
}

// promised are all of a test.
type promised struct {
	mu   sync.Mutex // guards list
	list []promise
}

func (p *promised) add(one promise) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, one)
}

// postsInARound is how many transfers each node gets in a round, unless it is killed
// before.
const postsInARound = 30

// post hands transfers of its own sender's to the i-th node until it is cut off.
func (p *promised) post(n *network, i int) {
	port, sender := n.ports[i], senders[i]
	for range postsInARound {
		account, err := try[accountForm](http.MethodGet, port, "/accounts/"+sender, nil)
		if err != nil {
			return
		}
		sequence := account.Sequence + len(account.Pending)
		told, err := try[struct{ ID string }](http.MethodPost, port, "/transactions", map[string]any{
			"sender": sender, "recipient": senders[(i+1)%len(senders)], "amount": 0.001, "fee": 0.0001, "sequence": sequence,
		})
		if err == nil {
			p.add(promise{port, told.ID, sender, sequence})
			continue
		}
		var refused *refusal
		if !errors.As(err, &refused) {
			return
		}
		if !strings.Contains(refused.body, `"code":"sequence-`) { // as a block has come in between
			n.t.Error(refused)
		}
	}
}

type (
	accountForm struct {
		Sequence int
		Pending  []struct{ ID string }
	}
	figuresForm struct{ Height int }
)

// recently is how many of the last promises are looked for in each round; of those
// before, as many are drawn.
const recently = 300

// requireKept checks that the nodes are one network, and that each still has what it
// acknowledged. One more block decides between branches of equal work.
func (k *killing) requireKept(n *network) {
	for _, port := range n.ports {
		for _, hash := range sample(k.r, k.blocks.blocks[address(port)]) {
			require.Equal(k.t, hash, get[blockForm](k.t, port, "/blocks/"+hash).Hash)
		}
	}
	for _, one := range sample(k.r, k.transfers.list) {
		k.isContradicted(one)
	}
	post[struct{}](k.t, n.ports[0], "/mine", nil)
	eventually(k.t, func() bool { return sameTip(n.ports) }, "the nodes' tips differ")
}

func sample[T any](r *rand.Rand, list []T) []T {
	last := max(0, len(list)-recently)
	some := slices.Clone(list[last:])
	for range min(last, recently) {
		some = append(some, list[r.IntN(last)])
	}
	return some
}

// isContradicted reports whether a transfer that was promised is neither pending nor
// in the chain, as another one with its sender and sequence number is. There must be
// such a one.
func (k *killing) isContradicted(one promise) bool {
	_, err := try[struct{}](http.MethodGet, one.port, "/transactions/"+one.id, nil)
	var refused *refusal
	if err == nil {
		return false
	}
	require.ErrorAs(k.t, err, &refused)
	require.Equal(k.t, http.StatusNotFound, refused.status)
	account := get[accountForm](k.t, one.port, "/accounts/"+one.sender)
	require.Greater(k.t, account.Sequence+len(account.Pending), one.sequence, "%+v is lost", one)
	return true
}

// finish has all that was promised mined, and looks for all of it.
func (k *killing) finish() {
	n := k.launch()
	for get[struct{ Count int }](k.t, n.ports[0], "/mempool").Count > 0 {
		post[struct{}](k.t, n.ports[0], "/mine", nil)
	}
	k.requireKept(n)
	requireKnown(k.t, n, k.blocks)
	replaced := 0
	for _, one := range k.transfers.list {
		if k.isContradicted(one) {
			replaced++
		}
	}
	for _, port := range n.ports {
		require.True(k.t, get[struct{ Valid bool }](k.t, port, "/chain/validate").Valid)
	}
	k.t.Logf("%d rounds: %d blocks and %d transfers were acknowledged, %d of these were replaced by their senders; "+
		"the deepest reorg was of %d blocks, the height is %d",
		*rounds, k.blocks.count(), len(k.transfers.list), replaced, k.deepest,
		get[figuresForm](k.t, n.ports[0], "/blockchain").Height)
	n.stop()
}
