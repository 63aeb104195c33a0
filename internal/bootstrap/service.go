package bootstrap

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"networkmngr/internal/api"
	"networkmngr/internal/certificate"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/mailbox"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// What introductions and questions may cost.
const (
	answerTime  = 5 * time.Second // for a node to say who it is
	maxAnswer   = 64 << 10        // bytes of that, of a node that may be anybody's
	checksAtAll = 64              // introductions of this machine that are checked at a time, while others wait; and of strangers
	asksAtOnce  = 16              // nodes that are asked again at a time
	fresh       = time.Second     // since a node's last answer, while an introduction is not checked again
	maxOrigins  = 4096            // whose rates are remembered
)

// originRate is how often each address of another machine may introduce nodes: bursts of
// introductionBurst.
const (
	originRate        = rate.Limit(1) // a second
	introductionBurst = 32
)

var (
	// ErrRate means that somebody introduces nodes too often.
	ErrRate = errors.New("too many introductions, try again in a moment")
	// ErrUnreachable means that nobody answers at the address of an introduction.
	ErrUnreachable = errors.New("no node answers there")
	// ErrIdentity means that who answers does not say who it is, or not what the
	// introduction says.
	ErrIdentity = errors.New("not the node that was introduced")
	// ErrCopy means that a node has the identity of another one that is known for certain.
	ErrCopy = errors.New("the folder of one node is a copy of another one's")
)

// Options are those of a Service.
type Options struct {
	Limits Limits
	TLS    bool             // nodes speak it
	Folder string           // for the file of the nodes, which exists; empty to keep none
	Now    func() time.Time // nil for the machine's clock
	// Own lists nodes that are who they say, as whoever has the service has started them: no
	// other one is known by their ids. It may be nil.
	Own    func() []types.NodeInfo
	Logger hclog.Logger
}

// trust is for nodes, of which anybody may introduce any: that one answers there is all that
// is asked of it, and peers prove to each other who they are.
func (o Options) trust() *certificate.Trust {
	if !o.TLS {
		return nil
	}
	return certificate.Anyone()
}

// Service is a book that is kept up: it asks nodes who they are, and keeps them on disk. Its
// methods may be called from any goroutine.
type Service struct {
	log     hclog.Logger
	now     func() time.Time
	own     func() []types.NodeInfo
	trust   *certificate.Trust // for nodes; nil if they speak plain HTTP
	checks  chan struct{}      // has room for the introductions of this machine that are checked
	shares  *httpserver.Slots  // of the checks, for strangers by the group that they are of
	groups  netgroup.Grouping
	spacing *rate.Limiter // of questions
	changed mailbox.Bell  // rung when another node may be the next to be asked
	file    *file

	mu      sync.Mutex // guards what follows
	book    *Book
	unsaved bool // the file is not as the book is
	rates   recent.Map[httpserver.Origin, *rate.Limiter]
}

// Open makes a service of what its folder holds. It asks nobody; see Run. A file that
// cannot be read is told of and begun anew, as nodes introduce themselves again.
func Open(options Options) *Service {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Own == nil {
		options.Own = func() []types.NodeInfo { return nil }
	}
	s := &Service{
		log: options.Logger, now: options.Now, own: options.Own, trust: options.trust(), checks: make(chan struct{}, checksAtAll),
		shares: httpserver.NewSlots(checksAtAll), groups: options.Limits.Grouping,
		spacing: rate.NewLimiter(rate.Every(options.Limits.Spacing), 1), file: &file{folder: options.Folder},
		book: NewBook(options.Limits), rates: recent.NewMap[httpserver.Origin, *rate.Limiter](maxOrigins),
	}
	entries, err := s.file.read()
	if err != nil {
		s.log.Warn("nodes of last time cannot be read, learning them anew", "error", err)
	}
	for _, err := range entries.Left {
		s.log.Warn("node of last time cannot be read", "error", err)
	}
	s.book.Restore(entries.Items)
	s.unsaved = err != nil || len(entries.Left) > 0
	return s
}

// Introduce asks at the place of a node who is there, which must be the node that place
// names, if it names one, and has others told of it; added if they were not before. A node
// whose answer is fresh is not asked again. The error wraps ErrRate, ErrUnreachable,
// ErrIdentity, ErrCopy, ErrFull or ErrGroup, is that of ctx, or that of the disk. Strangers are not
// told what else than a node answers somewhere.
func (s *Service) Introduce(ctx context.Context, from httpserver.Origin, place api.Place) (n Introduction, added bool, err error) {
	address, err := place.HostPort()
	if err != nil {
		return Introduction{}, false, fmt.Errorf("%w: %w", ErrIdentity, err)
	}
	if !s.allows(from) {
		return Introduction{}, false, ErrRate
	}
	n, found := s.fresh(address)
	if !found {
		n, err = s.check(ctx, from, address)
	}
	if err == nil {
		err = agrees(n, place)
	}
	switch {
	case err != nil:
		return Introduction{}, false, s.hidden(from, address, err)
	case found:
		return n, false, s.saveAgain()
	}
	added, err = s.enter(n)
	return n, added, err
}

// agrees returns an ErrIdentity if a place names another node than the one that is there.
func agrees(n Introduction, place api.Place) error {
	if place.ID != (types.NodeID{}) && place.ID != n.ID {
		return fmt.Errorf("%w: at %s is node %s, not %s", ErrIdentity, n.Address, n.ID, place.ID)
	}
	return nil
}

// allows reports whether somebody may introduce a node now. Programs on this machine need
// no introductions to do harm.
func (s *Service) allows(from httpserver.Origin) bool {
	if from == (httpserver.Origin{}) {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	limiter, found := s.rates.Get(from)
	if !found {
		limiter = rate.NewLimiter(originRate, introductionBurst)
		s.rates.Add(from, limiter)
	}
	return limiter.AllowN(s.now(), 1)
}

// fresh is the node at an address, if it has just answered.
func (s *Service) fresh(address string) (Introduction, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.Fresh(address, s.now().Add(-fresh))
}

// ask asks who is at an address, of which somebody with a reach has told; see
// [netgroup.Teller]. The error wraps ErrUnreachable, ErrIdentity or ErrCopy, or is that of ctx.
func (s *Service) ask(ctx context.Context, teller netgroup.Reach, address string) (Introduction, error) {
	asking, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	server := httpclient.Client{Base: s.trust.URL(address), HTTP: newAsking(s.trust, teller), Most: maxAnswer}
	info, err := httpclient.Call[api.Info](asking, &server, http.MethodGet, "/node/id?limit=0", nil)
	if ended := ctx.Err(); ended != nil {
		return Introduction{}, ended
	}
	if err != nil {
		return Introduction{}, fmt.Errorf("%w: ask %s who it is: %s", ErrUnreachable, address, err.Error()) // which is no answer of ours
	}
	n := Introduction{NodeInfo: types.NodeInfo{ID: info.ID, Address: address, P2P: info.P2P}, Genesis: info.Genesis, Lab: info.Lab, Teller: teller}
	if info.ID == (types.NodeID{}) || !n.Valid() {
		return Introduction{}, fmt.Errorf("%w: %s does not say who it is, or where peers connect to it", ErrIdentity, address)
	}
	if _, err := netgroup.First(n.NodeInfo); err != nil {
		return Introduction{}, fmt.Errorf("%w: %s says where peers connect to it: %w", ErrIdentity, address, err)
	}
	return n, s.checkCopy(address, info.NodeInfo)
}

// checkCopy returns an ErrCopy if who answers at an address has the id of an own node, and is
// another one: it calls itself otherwise.
func (s *Service) checkCopy(address string, said types.NodeInfo) error {
	for _, own := range s.own() {
		if own.ID == said.ID && own.Address != said.Address {
			err := fmt.Errorf("%w: the node at %s, which calls itself %q, has the id of %s, %s; end one and remove its identity.pem, and it makes another identity",
				ErrCopy, address, said.Address, own.Address, own.ID)
			s.log.Warn("two nodes have one identity", "error", err)
			return err
		}
	}
	return nil
}

// enter has others told of a node that has answered, and has it on disk.
func (s *Service) enter(n Introduction) (added bool, err error) {
	s.mu.Lock()
	added, err = s.book.Answered(n, s.now())
	s.unsaved = true
	count := s.book.Count()
	s.mu.Unlock()
	s.changed.Ring()
	switch {
	case err != nil:
		return false, err
	case !added:
		return false, s.saveAgain()
	}
	s.log.Info("node is known", "address", n.Address, "id", n.ID, "lab", n.Lab, "nodes", count)
	return true, s.save()
}

// saveAgain is save, if the last one came to nothing.
func (s *Service) saveAgain() error {
	if s.Problem() == nil {
		return nil
	}
	return s.save()
}

// save returns once what the book holds now is on disk.
func (s *Service) save() error {
	return s.file.write(func() []Entry {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.book.Entries()
	})
}

// For lists up to most nodes that answer; see [Book.For].
func (s *Service) For(asker *Introduction, most int) []Introduction {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.For(asker, most, rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())))
}

// Count is how many nodes others are told of.
func (s *Service) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.Count()
}

// Problem is why the nodes are not on disk as they should be, an error of the file system, or
// nil.
func (s *Service) Problem() error { return s.file.failure() }

// Run asks all nodes in turn whether they are there still, until ctx ends, which is no
// error.
func (s *Service) Run(ctx context.Context) error {
	var group errgroup.Group
	group.SetLimit(asksAtOnce)
	for s.spacing.Wait(ctx) == nil {
		if address := s.next(ctx); address != "" {
			group.Go(func() error {
				s.askAgain(ctx, address)
				return nil
			})
		}
	}
	_ = group.Wait() // there are none
	s.saveLast()
	return nil
}

// saveLast has on disk when nodes answered last, which is not worth a write each time.
func (s *Service) saveLast() {
	s.mu.Lock()
	unsaved := s.unsaved
	s.mu.Unlock()
	if !unsaved { // as in the many networks that no node introduces itself to
		return
	}
	if err := s.save(); err != nil {
		s.log.Warn("write known nodes", "error", err)
	}
}

// next waits for the node that is to be asked next; empty at the end of ctx.
func (s *Service) next(ctx context.Context) string {
	for ctx.Err() == nil {
		changed := s.changed.Wait()
		address, wait, found := s.due()
		if found && wait <= 0 {
			return address
		}
		var later <-chan time.Time
		if found {
			later = time.After(wait)
		}
		select {
		case <-later:
		case <-changed:
		case <-ctx.Done():
		}
	}
	return ""
}

// due takes the next node if it is to be asked now, or says how long that takes.
func (s *Service) due() (address string, wait time.Duration, found bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	address, at, found := s.book.Next()
	if !found {
		return "", 0, false
	}
	if wait = at.Sub(s.now()); wait <= 0 {
		s.book.Asked(address)
	}
	return address, wait, true
}

// tellerOf is the reach of who told of the node at an address: its name may lead elsewhere now.
func (s *Service) tellerOf(address string) netgroup.Reach {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.book.TellerOf(address)
}

// askAgain asks a node whether it is there still.
func (s *Service) askAgain(ctx context.Context, address string) {
	n, err := s.ask(ctx, s.tellerOf(address), address)
	if err == nil {
		if _, err := s.enter(n); err != nil {
			s.log.Warn("write known nodes", "error", err)
		}
		return
	}
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	gone := s.book.Failed(address, s.now())
	s.unsaved = true
	s.mu.Unlock()
	s.changed.Ring()
	if gone {
		s.log.Info("node does not answer any more", "address", address, "error", err)
	}
}
