package daemon

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"

	"github.com/hashicorp/go-hclog"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api/server"
	"networkmngr/internal/certificate"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/cores"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/node"
)

// daemon runs a node. When its network is changed, the node and its HTTP server
// end, and others begin on the same folder and the same socket.
type daemon struct {
	settings config.NodeSettings
	pair     *certificate.Pair
	trust    *certificate.Trust
	listener net.Listener // whose socket one server after the other shares
	log      hclog.Logger
	clock    *clock.Clock
	faults   node.Faults     // of the next node
	cores    *cores.Governor // of the process; nil while this does not run
	ctx      context.Context // ends when no other node is to begin
	shutdown context.CancelCauseFunc
}

// governor is of this process's cores.
func governor() *cores.Governor {
	if process.OnOneCore() {
		return cores.NewOnOne()
	}
	return cores.New()
}

// run returns when the last node has ended.
func (d *daemon) run(ctx context.Context) error {
	d.cores = governor()
	defer d.cores.End()
	d.ctx, d.shutdown = context.WithCancelCause(ctx)
	defer d.shutdown(nil)
	next, err := d.open()
	if err != nil {
		return config.Misuse(err) // whatever keeps a node from starting is for the user to mend
	}
	for {
		err := next.serve()
		d.faults = next.node.Faults()
		if err != nil {
			d.shutdown(err)
			d.log.Info("node stopped", "why", err)
			return err
		}
		if d.ctx.Err() != nil {
			d.log.Info("node stopped", "why", context.Cause(d.ctx))
			return nil
		}
		d.settings.Genesis = "" // which the folder may have left since
		if next, err = d.open(); err != nil {
			d.log.Error("node did not start again", "error", err)
			return err
		}
	}
}

// instance is one node and its server.
type instance struct {
	*daemon
	node    *node.Node
	seeker  *seeker
	run     func(context.Context) error // the node's
	shared  *sharedListener
	serving context.Context // the server's
	leave   context.CancelCauseFunc
	end     context.CancelFunc // the node's, after the server's
	ended   chan struct{}      // closed when the node has
	failure error              // of the node, once it has ended

	restarting sync.Mutex // held by a restart, which the server may not wait for to its end
}

// open makes a node from the folder as it is now. The caller must serve it.
func (d *daemon) open() (*instance, error) {
	options, err := nodeConfig(d.settings, d.listener, d.clock, d.log)
	if err != nil {
		return nil, err
	}
	options.Faults = d.faults
	if d.cores != nil {
		options.Busy, options.Background = d.cores.Look, d.cores.Background
	}
	shared, err := share(d.listener)
	if err != nil {
		return nil, err
	}
	n, err := node.Open(options)
	if err != nil {
		return nil, errors.Join(err, shared.Close())
	}
	return &instance{daemon: d, node: n, run: n.Run, shared: shared, ended: make(chan struct{})}, nil
}

// serve runs the node, its HTTP server and whatever else belongs to it, until
// the daemon's end or a restart. But for a restart, the server ends before the
// node does, so that no request finds the store closed.
func (i *instance) serve() error {
	i.serving, i.leave = context.WithCancelCause(i.ctx)
	defer i.leave(nil)
	var living context.Context
	living, i.end = context.WithCancel(context.WithoutCancel(i.ctx))
	i.seeker = newSeeker(i.serving, i.node, i.settings, newAsking(i.trust), i.log.Named("peers"))
	var group errgroup.Group
	group.Go(func() error { return i.live(living) })
	group.Go(func() error {
		defer i.end()
		return i.answer()
	})
	group.Go(func() error {
		i.seeker.wait()
		return nil
	})
	group.Go(func() error {
		newFinder(i.node, i.seeker, i.settings, i.log.Named("seeds")).run(i.serving)
		return nil
	})
	group.Go(func() error {
		freeStarted(i.serving, i.node.Events())
		return nil
	})
	group.Go(func() error { return reportReady(i.serving, i.node, i.shutdown) })
	err := group.Wait()
	i.restarting.Lock() // the folder is of one network by then
	defer i.restarting.Unlock()
	return err
}

// answer runs the HTTP server until its end. If a request has asked for that end, the
// node takes leave of its peers. After a signal the node does not, as it may be started
// again. If the server fails, everything ends. Before a restart it cuts off the requests
// that are not done in time: if the node takes long to end, also the one that the restart
// is for, which goes on all the same.
func (i *instance) answer() error {
	err := i.server().Serve(i.serving, i.pair.Listen(i.shared))
	switch {
	case err == nil && errors.Is(context.Cause(i.serving), errShutdown):
		i.node.Leave(context.WithoutCancel(i.ctx))
		return nil
	case err == nil:
		return nil
	case errors.Is(context.Cause(i.serving), server.ErrRestart):
		i.log.Warn("requests were cut off, as the node restarts", "error", err)
		return nil
	}
	i.shutdown(err)
	return err
}

// live runs the node. If it ends by itself, so does everything.
func (i *instance) live(ctx context.Context) error {
	defer close(i.ended)
	i.failure = i.run(ctx)
	if i.failure != nil || ctx.Err() == nil {
		i.shutdown(i.failure)
	}
	return i.failure
}

func (i *instance) server() *server.Server {
	return server.New(server.Options{
		Guard:    guard.Guard{Hosts: i.settings.Names(), Origins: i.settings.Origins, Token: i.settings.RequiredToken()},
		Trust:    i.trust,
		Software: config.Software,
		PID:      os.Getpid(),
		Lab:      i.settings.Lab,
		Clock:    i.clock, ClockChanged: i.node.ClockChanged,
		Sign:     i.settings.Signs(),
		Shutdown: func() { i.shutdown(errShutdown) },
		Manager:  process.Parent(),
		Restart:  i.restart,
		Logger:   i.log.Named("http"),
	}, server.Backend{
		Identity: i.node, Network: i.node, Seeker: i.seeker, Writer: i.node, Miner: i.node, Tree: i.node, Health: i.node, Copier: i.node,
		Chain: i.node.Chain(), Ledger: i.node.Chain(), Pool: i.node.Pool(), Events: i.node.Events(),
	})
}

// restart ends this node and changes the network of its folder, if the chain has
// not begun; in any case the next node begins. A request calls it, which the
// server waits for; other requests are cancelled, and later ones wait for the
// next server. See [server.Options]. The error is that of beginning or committing
// the change, or of the node.
func (i *instance) restart(genesis *consensus.Genesis) error {
	if err := genesis.Params.CheckBegun(i.clock.Now()); err != nil { // a shorter half-life allows less
		return err
	}
	i.restarting.Lock()
	defer i.restarting.Unlock()
	if i.serving.Err() != nil {
		return context.Cause(i.serving) // there is no node any more to change
	}
	ctx := context.WithoutCancel(i.ctx)
	folder := dataFolder(i.settings)
	before := i.node.Chain().Genesis().Params.Name
	change, err := folder.Begin(genesis)
	if err != nil {
		return err
	}
	i.leave(server.ErrRestart)
	<-i.shared.returned
	i.end()
	<-i.ended
	if i.failure != nil {
		return errors.Join(i.failure, change.Rollback())
	}
	if err := change.Commit(ctx); err != nil {
		i.log.Warn("network was not changed", "network", before, "error", err)
		return err
	}
	i.log.Info("network changed", "from", before, "to", genesis.Params.Name, "genesis", genesis.Params.GenesisID)
	return nil
}
