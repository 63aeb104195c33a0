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
	"networkmngr/internal/node"
)

// host runs one node after another: they share the folder and the HTTP server,
// and each is on another network than the one before.
type host struct {
	settings config.Node
	config   node.Config // of the node that runs
	log      hclog.Logger
	ctx      context.Context // ends when the server is to
	shutdown context.CancelCauseFunc
	life     context.Context // of every node; ends after the server
	group    errgroup.Group

	node *node.Node
	end  func() error // ends node, waits for it, and gives what Run did
}

// serve runs n, its HTTP server and whatever else belongs to it. The server
// ends before the node does, so that no request finds the store closed.
func (h *host) serve(ctx context.Context, n *node.Node, listener net.Listener) error {
	h.ctx, h.shutdown = context.WithCancelCause(ctx)
	defer h.shutdown(nil)
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	h.life = life
	server := api.New(api.Config{
		Guard:    guard.Guard{Token: h.settings.RequiredToken()},
		Software: Software,
		Sign:     h.settings.Signs(),
		Shutdown: func() { h.shutdown(errShutdown) },
		Become:   h.become,
		Logger:   h.log.Named("http"),
	}, n)
	h.run(n)
	h.group.Go(func() error {
		defer end()
		return server.Serve(h.ctx, listener)
	})
	h.group.Go(func() error { return lifeline(h.ctx, n, h.shutdown) })
	err := h.group.Wait()
	h.log.Info("node stopped", "why", context.Cause(h.ctx))
	return err
}

// run starts a node. One that ends by itself takes the rest along.
func (h *host) run(n *node.Node) {
	life, end := context.WithCancel(h.life)
	ended := make(chan struct{})
	var failure error
	h.group.Go(func() error {
		defer close(ended)
		failure = n.Run(life)
		if failure != nil || life.Err() == nil {
			h.shutdown(failure)
		}
		return failure
	})
	seeking, stop := context.WithCancel(h.ctx)
	h.group.Go(func() error {
		seekPeers(seeking, n, h.settings, h.log.Named("peers"))
		return nil
	})
	h.node = n
	h.end = func() error {
		stop()
		end()
		<-ended
		return failure
	}
}

// become puts a node on another network in the place of the one that runs, if
// that has no more than its genesis block once it has ended. Or else it runs
// again; with an error comes the node that does, if one does.
func (h *host) become(genesis *consensus.Genesis) (api.Node, error) {
	if err := genesis.Params.CheckBegun(time.Now()); err != nil { // a shorter half-life allows less
		return h.node, err
	}
	if err := h.end(); err != nil {
		return nil, err
	}
	refused := h.change(genesis)
	n, err := node.Open(h.config)
	if err != nil {
		h.shutdown(err)
		return nil, errors.Join(err, refused)
	}
	h.run(n)
	return n, refused
}

// change changes the network of the folder, whose node has ended.
func (h *host) change(genesis *consensus.Genesis) error {
	if h.node.Chain().Tip().Height > 0 {
		return api.ErrStarted // a block came while we asked
	}
	if err := node.KeepGenesis(h.config.Folder, genesis); err != nil {
		return err
	}
	h.log.Info("network changed", "from", h.config.Genesis.Params.Name, "to", genesis.Params.Name, "genesis", genesis.Params.GenesisID)
	h.config.Genesis = genesis
	return nil
}
