package daemon

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

const (
	seedAnswer  = 10 * time.Second // for a seed, which asks back
	fromSeed    = 64               // nodes that a seed is asked for
	byAddress   = 8                // of those, that have to be asked for their ids
	memoryTime  = 2 * time.Second  // for nodes of last time to become peers, before a seed is asked
	firstRetry  = 250 * time.Millisecond
	silentRetry = time.Second      // at most, to a seed that does not answer, of a node without peers
	lonelyRetry = 30 * time.Second // at most, to seeds that know nobody
	moreFirst   = 4 * time.Second  // of a node that has peers, and wants more
	moreMost    = 5 * time.Minute  // the same, at most
	complaints  = 5                // rounds in vain, of which each is told
	content     = 10 * time.Second // between two looks whether there is enough still
)

// finder finds nodes by seeds, as long as its node has not as many as it wants: after those
// that the node remembers, and those that its peers tell of.
type finder struct {
	node   *node.Node
	seeker *seeker
	seeds  []string
	peers  int // wanted
	known  int // wanted
	lab    string
	log    hclog.Logger
	pace   pace
	rounds int // in which no seed has answered, one after the other
}

// pace is how long a finder waits. It has a row for each reason to wait, and doubles while
// that stays the same.
type pace struct {
	why  reason
	wait time.Duration
}

type reason int

const (
	silent reason = iota // no peers, and no seed answers
	lonely               // no peers, though seeds answer
	more                 // some peers
	enough
)

// paces are the first and the longest wait for each reason.
var paces = [...]struct{ first, most time.Duration }{
	silent: {firstRetry, silentRetry}, lonely: {firstRetry, lonelyRetry}, more: {moreFirst, moreMost}, enough: {content, content},
}

// next is the wait for a reason.
func (p *pace) next(why reason) time.Duration {
	if p.wait == 0 || p.why != why {
		*p = pace{why, paces[why].first}
	} else {
		p.wait = min(2*p.wait, paces[why].most)
	}
	return p.wait
}

func newFinder(n *node.Node, s *seeker, settings config.NodeSettings, log hclog.Logger) *finder {
	return &finder{node: n, seeker: s, seeds: settings.Seeds, peers: settings.PeersOut, known: settings.Known, lab: settings.Lab, log: log}
}

// run finds nodes until ctx ends.
func (f *finder) run(ctx context.Context) {
	if len(f.seeds) == 0 {
		return
	}
	if len(f.node.Known()) > 0 {
		rest(ctx, memoryTime)
	}
	for ctx.Err() == nil {
		why := f.lacks()
		if why == lonely && !f.ask(ctx) {
			why = silent
		}
		rest(ctx, f.pace.next(why))
		if why == more && f.lacks() == more { // though its peers had time to tell of others
			f.ask(ctx)
		}
	}
}

// lacks is what the node lacks of the peers and the nodes that it wants.
func (f *finder) lacks() reason {
	switch peers := len(f.node.Peers()); {
	case peers == 0:
		return lonely
	case peers < f.peers || len(f.node.Known()) < f.known:
		return more
	default:
		return enough
	}
}

// ask asks all seeds at once for nodes, and is true if one has answered.
func (f *finder) ask(ctx context.Context) bool {
	f.rounds++
	answered := make([]bool, len(f.seeds))
	var group sync.WaitGroup
	for i, seed := range f.seeds {
		group.Go(func() { answered[i] = f.askOne(ctx, seed) })
	}
	group.Wait()
	if slices.Contains(answered, true) {
		f.rounds = 0
	}
	return f.rounds == 0
}

// askOne asks one seed, and takes what it tells.
func (f *finder) askOne(ctx context.Context, seed string) bool {
	asking, cancel := context.WithTimeout(ctx, seedAnswer)
	defer cancel()
	var reach netgroup.Reach // of what the seed can know
	places, err := f.places(withTeller(asking, &reach), seed)
	if err != nil {
		if ctx.Err() == nil && f.rounds <= complaints { // later it has been told often enough
			f.log.Warn("seed does not answer", "address", seed, "error", err)
		}
		return false
	}
	added, err := f.take(asking, seed, reach, places)
	f.log.Debug("seed has answered", "address", seed, "nodes", len(places), "new", added, "error", err)
	return true
}

// places asks a seed for nodes, and has this one known there. A node that is asked as a
// seed may refuse that for lack of its token, and answers all the same.
func (f *finder) places(ctx context.Context, seed string) ([]api.Place, error) {
	server := f.seeker.asking.seed(seed)
	self, _ := api.PlaceOf(f.node.Self())
	places, err := server.Nodes(ctx, &self, fromSeed)
	if refused, ok := errors.AsType[*api.Error](err); ok && refused.Code == "token-needed" {
		if err := f.seeker.seekOnce(ctx, seed); err != nil {
			f.log.Debug("seed is no peer", "address", seed, "error", err)
		}
		return server.Nodes(ctx, nil, fromSeed)
	}
	return places, err
}

// take remembers the nodes that a seed tells of, and asks those for their ids that it has
// only the addresses of, as far as the seed can know these: a stranger may have introduced
// what listens on this machine alone.
func (f *finder) take(ctx context.Context, seed string, reach netgroup.Reach, places []api.Place) (added int, err error) {
	var told []types.NodeInfo
	asked, asking := 0, f.seeker.asking.told(reach)
	for _, p := range places {
		if info, complete := p.Info(); complete {
			told = append(told, info)
		} else if address, err := p.HostPort(); err == nil && asked < byAddress && address != f.node.Self().Address {
			asked++
			if info, err := f.seeker.identify(ctx, asking, address); err == nil {
				told = append(told, info)
			} else {
				f.log.Debug("node that was told of does not answer", "address", address, "error", err)
			}
		}
	}
	return f.node.RegisterFrom(seed, reach, told)
}

func rest(ctx context.Context, wait time.Duration) {
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
}
