package command

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api/server"
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
	next, err := h.open()
	if err != nil {
		return misuse{err} // whatever keeps it from starting is for the person to mend
	}
	for {
		if err := next.serve(); err != nil {
			h.shutdown(err)
			h.log.Info("node stopped", "why", err)
			return err
		}
		if h.ctx.Err() != nil {
			h.log.Info("node stopped", "why", context.Cause(h.ctx))
			return nil
		}
		h.settings.Genesis = "" // which the folder may have left since
		if next, err = h.open(); err != nil {
			h.log.Error("node did not start again", "error", err)
			return err
		}
	}
}

// hosted is one node and its server.
type hosted struct {
	*host
	node    *node.Node
	run     func(context.Context) error // the node's
	lent    *lent
	serving context.Context // the server's
	leave   context.CancelCauseFunc
	end     context.CancelFunc // the node's, after the server's
	ended   chan struct{}      // closed when the node has
	failure error              // of the node, once it has ended

	restarting sync.Mutex // held by a restart, which the server may not wait for to its end
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
	return &hosted{host: h, node: n, run: n.Run, lent: lent, ended: make(chan struct{})}, nil
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
		return h.answer()
	})
	group.Go(func() error {
		seekPeers(h.serving, h.node, h.settings, h.log.Named("peers"))
		return nil
	})
	group.Go(func() error { return lifeline(h.serving, h.node, h.shutdown) })
	err := group.Wait()
	h.restarting.Lock() // the folder is of one network by then
	defer h.restarting.Unlock()
	return err
}

// answer runs the HTTP server until its end. If it fails, everything ends. If it
// ends for a restart, it cuts off whoever is not done in time: of a node that
// takes long to end also the request that the restart is for, which goes on all
// the same.
func (h *hosted) answer() error {
	err := h.server().Serve(h.serving, h.lent)
	switch {
	case err == nil:
		return nil
	case errors.Is(context.Cause(h.serving), server.ErrRestart):
		h.log.Warn("requests were cut off, as the node restarts", "error", err)
		return nil
	}
	h.shutdown(err)
	return err
}

// live runs the node. If it ends by itself, so does everything.
func (h *hosted) live(ctx context.Context) error {
	defer close(h.ended)
	h.failure = h.run(ctx)
	if h.failure != nil || ctx.Err() == nil {
		h.shutdown(h.failure)
	}
	return h.failure
}

func (h *hosted) server() *server.Server {
	return server.New(server.Config{
		Guard:    guard.Guard{Token: h.settings.RequiredToken()},
		Software: Software,
		PID:      os.Getpid(),
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
	h.restarting.Lock()
	defer h.restarting.Unlock()
	if h.serving.Err() != nil {
		return context.Cause(h.serving) // there is no node any more to change
	}
	folder := dataFolder(h.settings)
	before := h.node.Chain().Genesis().Params.Name
	change, err := folder.Begin(genesis)
	if err != nil {
		return err
	}
	h.leave(server.ErrRestart)
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
