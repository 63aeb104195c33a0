package command

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/launch"
	"networkmngr/internal/node"
)

// host runs a node. When its network is changed, the node and its HTTP server
// end, and others begin on the same folder and the same socket.
type host struct {
	settings config.Node
	listener net.Listener // whose socket is lent to one server after the other
	log      hclog.Logger
	ctx      context.Context // ends when no other node is to begin
	shutdown context.CancelCauseFunc
}

// run returns when the last node has ended.
func (h *host) run(ctx context.Context) error {
	h.ctx, h.shutdown = context.WithCancelCause(ctx)
	defer h.shutdown(nil)
	for h.ctx.Err() == nil {
		next, err := h.open()
		if err != nil {
			return misuse{err} // whatever keeps it from starting is for the person to mend
		}
		if err := next.serve(); err != nil {
			h.shutdown(err)
			h.log.Info("node stopped", "why", err)
			return err
		}
		h.settings.Genesis = "" // which the folder may have left since
	}
	h.log.Info("node stopped", "why", context.Cause(h.ctx))
	return nil
}

// hosted is one node and its server.
type hosted struct {
	*host
	node    *node.Node
	lent    *lent
	serving context.Context // the server's
	leave   context.CancelCauseFunc
	end     context.CancelFunc // the node's, after the server's
	ended   chan struct{}      // closed when the node has
	failure error              // of the node, once it has ended
}

// open makes a node from the folder as it is now. The caller must serve it.
func (h *host) open() (*hosted, error) {
	config, err := nodeConfig(h.settings, h.listener, h.log)
	if err != nil {
		return nil, err
	}
	lent, err := lend(h.listener)
	if err != nil {
		return nil, err
	}
	n, err := node.Open(config)
	if err != nil {
		return nil, errors.Join(err, lent.Close())
	}
	return &hosted{host: h, node: n, lent: lent, ended: make(chan struct{})}, nil
}

// serve runs the node, its HTTP server and whatever else belongs to it, until
// the host's end or a restart. But for a restart, the server ends before the
// node does, so that no request finds the store closed.
func (h *hosted) serve() error {
	h.serving, h.leave = context.WithCancelCause(h.ctx)
	defer h.leave(nil)
	var living context.Context
	living, h.end = context.WithCancel(context.WithoutCancel(h.ctx))
	var group errgroup.Group
	group.Go(func() error { return h.live(living) })
	group.Go(func() error {
		defer h.end()
		return h.server().Serve(h.serving, h.lent)
	})
	group.Go(func() error {
		seekPeers(h.serving, h.node, h.settings, h.log.Named("peers"))
		return nil
	})
	group.Go(func() error { return lifeline(h.serving, h.node, h.shutdown) })
	return group.Wait()
}

// live runs the node. If it ends by itself, so does everything.
func (h *hosted) live(ctx context.Context) error {
	defer close(h.ended)
	h.failure = h.node.Run(ctx)
	if h.failure != nil || ctx.Err() == nil {
		h.shutdown(h.failure)
	}
	return h.failure
}

func (h *hosted) server() *api.Server {
	return api.New(api.Config{
		Guard:    guard.Guard{Token: h.settings.RequiredToken()},
		Software: Software,
		Sign:     h.settings.Signs(),
		Shutdown: func() { h.shutdown(errShutdown) },
		Manager:  launch.Parent(),
		Restart:  h.restart,
		Logger:   h.log.Named("http"),
	}, h.node)
}

// restart ends this node and changes the network of its folder, if the chain has
// not begun; in any case the next one begins. It is called by a request, which
// the server waits for; those that it finds under way are cancelled, and those
// that come later wait for the next server. See [api.Config].
func (h *hosted) restart(genesis *consensus.Genesis) error {
	if err := genesis.Params.CheckBegun(time.Now()); err != nil { // a shorter half-life allows less
		return err
	}
	folder := dataFolder(h.settings)
	before := h.node.Chain().Genesis().Params.Name
	change, err := folder.Begin(genesis)
	if err != nil {
		return err
	}
	h.leave(api.ErrRestart)
	<-h.lent.returned
	h.end()
	<-h.ended
	if h.failure != nil {
		return errors.Join(h.failure, change.TakeBack())
	}
	if err := change.Commit(); err != nil {
		h.log.Warn("network was not changed", "network", before, "error", err)
		return err
	}
	h.log.Info("network changed", "from", before, "to", genesis.Params.Name, "genesis", genesis.Params.GenesisID)
	return nil
}
