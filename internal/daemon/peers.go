package daemon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/api/client"
	"networkmngr/internal/api/server"
	"networkmngr/internal/certificate"
	"networkmngr/internal/config"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

const (
	peerAnswer     = 5 * time.Second // for a node to identify itself
	firstPeerRetry = 250 * time.Millisecond
	lastPeerRetry  = 4 * time.Second // so that who starts a node sees it connected soon
	maxSought      = 256             // addresses at a time
)

var (
	errOtherNetwork = errors.New("is on another network")
	errOtherLab     = errors.New("is of another lab")
	errSameIdentity = errors.New("has the id of this node: the folder of one is a copy of the other's; end one and remove its identity.pem")
)

// asking asks other nodes for their ids, and seeds for nodes.
type asking struct {
	trust *certificate.Trust // nil if they speak plain HTTP
	http  *http.Client
}

// newAsking asks once each, so that no connection is kept, and directly, as others are
// addressed by this machine's view of the net.
func newAsking(trust *certificate.Trust) asking {
	return asking{trust, httpclient.NewHTTP(trust, &http.Transport{DisableKeepAlives: true})}
}

// told asks at addresses of which somebody with a reach has told.
func (a asking) told(teller netgroup.Reach) asking {
	dialer := net.Dialer{Control: teller.Control}
	return asking{a.trust, httpclient.NewHTTP(a.trust, &http.Transport{DisableKeepAlives: true, DialContext: dialer.DialContext})}
}

func (a asking) node(address string) *client.Node {
	return client.NewNode(a.trust.URL(address), "", a.http)
}

func (a asking) seed(address string) *client.Seed {
	return client.NewSeed(a.trust.URL(address), a.http)
}

// seeker asks nodes for their ids, and has its own node connect to them. One that
// does not answer is asked again, less and less often: it may start later.
type seeker struct {
	ctx    context.Context // ends all seeking
	node   *node.Node
	asking asking
	lab    string
	log    hclog.Logger

	seeking sync.WaitGroup
	mu      sync.Mutex      // guards what follows
	sought  map[string]bool // addresses
	ended   bool
}

// newSeeker returns a seeker of the nodes that --peers names. The caller must wait.
func newSeeker(ctx context.Context, n *node.Node, settings config.NodeSettings, asking asking, log hclog.Logger) *seeker {
	s := &seeker{ctx: ctx, node: n, asking: asking, lab: settings.Lab, log: log, sought: make(map[string]bool)}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, address := range settings.Peers {
		if !s.sought[address] {
			s.add(address)
		}
	}
	return s
}

// Seek is that of [server.Seeker].
func (s *seeker) Seek(address string) (added bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return false, s.ctx.Err()
	case s.sought[address]:
		return false, nil
	case len(s.sought) >= maxSought:
		return false, fmt.Errorf("%w: %d", server.ErrManySought, maxSought)
	}
	s.add(address)
	return true, nil
}

// Sought is that of [server.Seeker].
func (s *seeker) Sought() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.sought))
}

// wait returns when the context has ended, and with it all seeking.
func (s *seeker) wait() {
	<-s.ctx.Done()
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.seeking.Wait()
}

// add begins to seek. The caller holds mu.
func (s *seeker) add(address string) {
	s.sought[address] = true
	s.seeking.Go(func() {
		s.seek(address)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.sought, address)
	})
}

// seek returns when the node at address is registered, or at the end.
func (s *seeker) seek(address string) {
	log := s.log.Warn
	for wait := firstPeerRetry; s.ctx.Err() == nil; wait = min(2*wait, lastPeerRetry) {
		err := s.seekOnce(s.ctx, address)
		if err == nil {
			return
		}
		log("peer does not answer", "address", address, "again-in", wait, "error", err)
		if wait == lastPeerRetry {
			log = s.log.Debug // it has been told often enough
		}
		select {
		case <-time.After(wait):
		case <-s.ctx.Done():
		}
	}
}

// seekOnce registers the node at address, if it answers.
func (s *seeker) seekOnce(ctx context.Context, address string) error {
	info, err := s.identify(ctx, s.asking, address)
	if err == nil {
		_, err = s.node.Register([]types.NodeInfo{info})
	}
	return err
}

// identify asks the node at address what it says of itself. It is an error if that cannot
// be a peer.
func (s *seeker) identify(ctx context.Context, asking asking, address string) (types.NodeInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, peerAnswer)
	defer cancel()
	info, err := asking.node(address).Info(ctx)
	if err != nil {
		return types.NodeInfo{}, err
	}
	if ours := s.node.Chain().Genesis().Params; info.Genesis != ours.GenesisID {
		return types.NodeInfo{}, fmt.Errorf("%w: %s, ours is %s", errOtherNetwork, info.Network, ours.Name)
	}
	if self := s.node.Self(); info.ID == self.ID && info.Address != self.Address {
		return types.NodeInfo{}, errSameIdentity
	}
	if info.Lab != s.lab {
		return types.NodeInfo{}, fmt.Errorf("%w: %q, ours is %q; --lab joins one", errOtherLab, info.Lab, s.lab)
	}
	return info.NodeInfo, nil
}
