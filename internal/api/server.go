package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/hashicorp/go-hclog"
	"golang.org/x/net/netutil"

	"networkmngr/internal/api/guard"
	"networkmngr/internal/chain"
	"networkmngr/internal/mempool"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

// What one client, and all together, may cost.
const (
	headerTimeout  = 5 * time.Second  // to send a request's header
	bodyTimeout    = 30 * time.Second // to send its body
	chainTimeout   = 5 * time.Minute  // to send a whole chain
	writeTimeout   = 30 * time.Second // to take the next part of an answer
	idleTimeout    = 2 * time.Minute  // of a connection between requests
	endTimeout     = 5 * time.Second  // for running requests to end with the server
	maxHeaderBytes = 16 << 10
	maxConnections = 512
)

// Node is what the server needs of the node behind it. All methods may be
// called from any goroutine.
type Node interface {
	Self() node.Entry
	Known() []node.Entry // the others
	Peers() []node.Peer
	Chain() *chain.Chain
	Pool() *mempool.Pool
	// Register remembers nodes and connects to them in the background.
	Register(ctx context.Context, entries []node.Entry) (added int, err error)
	// Resolve asks the peers for their tips and catches up.
	Resolve(ctx context.Context) (chain.Change, error)
	// Mine mines count blocks in a row, each sent out before the next.
	Mine(ctx context.Context, count int) ([]types.Block, error)
	Submit(t types.Transaction) error
	// Replace takes a chain, genesis first, if it is better; see
	// [chain.Chain.Replace].
	Replace(blocks []types.Block) (chain.Change, error)
}

// Config is what a Server is told besides its node.
type Config struct {
	Guard    guard.Guard
	Software string // name and version, for /node/id
	// Shutdown is called once the answer to /shutdown is sent. It must not wait
	// for the server to end.
	Shutdown func()
	Logger   hclog.Logger
}

// Server answers a node's HTTP requests.
type Server struct {
	config Config
	node   Node
	log    hclog.Logger
	engine *gin.Engine
	asking *http.Client // asks other nodes who they are
	totals *totals

	replacing sync.Mutex // held by the one request that sends a chain
}

// New makes the server of a node. It starts nothing; see Serve.
func New(config Config, n Node) *Server {
	s := &Server{
		config: config, node: n, log: config.Logger,
		asking: newAsking(), totals: newTotals(n.Chain()),
	}
	s.engine = s.newEngine()
	return s
}

// Serve answers requests that come to listener, and closes it, until ctx ends;
// then it cancels the requests that are running and waits for them, within
// bounds.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	defer s.asking.CloseIdleConnections()
	server := &http.Server{
		Handler:           s.engine,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          s.log.StandardLogger(&hclog.StandardLoggerOptions{ForceLevel: hclog.Debug}),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(netutil.LimitListener(listener, maxConnections)) }()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("serve HTTP on %s: %w", listener.Addr(), err), server.Close())
	case <-ctx.Done():
	}
	err := end(server)
	<-failed // http.ErrServerClosed
	return err
}

// end lets running requests, whose context has ended, finish.
func end(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests still run %s after the end: %w", endTimeout, err), server.Close())
	}
	return nil
}
