package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/certificate"
	"networkmngr/internal/clock"
	"networkmngr/internal/consensus"
	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/feed"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/metrics"
	"networkmngr/internal/wallet"
)

// Backend is the node behind a server, part by part as its handlers see it. All
// methods may be called from any goroutine.
type Backend struct {
	Identity
	Network
	Seeker
	Writer
	Miner
	Tree
	Health
	Copier
	Chain  Chain
	Ledger Ledger
	Pool   Pool
	Events *events.Log
}

// Options is what a Server is told besides its node.
type Options struct {
	Guard    guard.Guard
	Trust    *certificate.Trust // for other nodes, which are asked over TLS; nil if they speak plain HTTP
	Software string             // name and version, for /node/id
	PID      int                // of the node's process
	Lab      string             // that the node is of; empty for none
	Clock    *clock.Clock       // nil for the machine's
	// ClockChanged is called after each change of Clock by a request. It may be nil.
	ClockChanged func()
	Sign         bool // for named accounts and the node's own
	// Shutdown is called once the answer to /shutdown is sent. It must not wait
	// for the server to end.
	Shutdown func()
	// Manager is the URL of the manager that has started the node; empty for a
	// node by hand.
	Manager string
	// Restart changes the network of a node by hand, if its chain has not begun.
	// When it returns, the server takes no more connections, the node has ended,
	// and the folder is of the new network, or, with an error, of the old; the
	// next node begins after the server's end. If it fails before it ends
	// anything, the node goes on.
	Restart func(*consensus.Genesis) error
	Logger  hclog.Logger
}

// Server answers a node's HTTP requests.
type Server struct {
	config Options
	node   Backend
	log    hclog.Logger
	http   *httpserver.Server
	asking *http.Client // asks other nodes who they are
	names  *wallet.Names

	listeners *listeners
	feed      *feed.Feed
	metrics   *metrics.Node
	started   time.Time

	signing    sync.Mutex // held from a sequence number's choice to its use
	replacing  sync.Mutex // held by the one request that sends a chain
	restarting sync.Mutex // held by the request that ends the node
	setting    sync.Mutex // held from the reading of mining settings to their change

	copying    sync.Mutex // held by the one request that copies what is on disk
	validating sync.Mutex // held by the one request that replays the chain
}

// New makes the server of a node. It starts nothing; see Serve.
func New(config Options, n Backend) *Server {
	if config.Clock == nil {
		config.Clock = new(clock.Clock)
	}
	s := &Server{
		config: config, node: n, log: config.Logger,
		asking: newAsking(config.Trust), listeners: newListeners(), feed: feed.New(n.Events, nil, n.KnownCount), started: time.Now(),
		names: wallet.NewNames(&n.Chain.Genesis().Block),
	}
	s.openMetrics()
	s.http = httpserver.New(httpserver.Options{
		Routes: s.routes(), Guard: config.Guard, Refuse: refusal, Reword: s.named, Elsewhere: s.elsewhere, Logger: config.Logger, Answered: s.metrics.Answered,
	})
	return s
}

// elsewhere says that the manager has other routes than a node.
func (s *Server) elsewhere() string {
	if s.config.Manager == "" {
		return ""
	}
	return fmt.Sprintf(" at a node; the manager has others, which %s lists", s.config.Manager)
}

// Serve answers requests that come to listener until ctx ends; the error is that of
// [httpserver.Server.Serve].
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	defer s.asking.CloseIdleConnections()
	defer s.listeners.present.Wait() // for whom the HTTP server does not
	return s.http.Serve(ctx, listener)
}
