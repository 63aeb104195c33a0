package manager

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/api"
	"networkmngr/internal/bootstrap"
	"networkmngr/internal/certificate"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/dashboard"
	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/httpserver/logs"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/launch"
	"networkmngr/internal/manager/drafts"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/linkfaults"
	"networkmngr/internal/manager/ports"
	"networkmngr/internal/manager/session"
	"networkmngr/internal/manager/stream"
	"networkmngr/internal/metrics"
	"networkmngr/internal/types"
)

// Options is what a Manager is told besides its launcher.
type Options struct {
	Settings config.ManagerSettings
	// Genesis is the network that is wanted. It may be nil: for the one that the
	// data folder is of, or the built-in one in a new folder.
	Genesis  *consensus.Genesis
	Software string // name and version
	Seed     uint64 // of the pauses between mining requests
	// Temporary says that the data folder is removed after a clean end, though the settings
	// name it.
	Temporary bool
	// TokenMade says that nobody has set the token: it is written where its owner finds
	// it, while the network stands.
	TokenMade bool
	// Watch is called with every event of the run, in order, by one goroutine. It may take
	// its time: nobody waits for it, but Run does for a moment, in the end. It may be nil.
	Watch   func(*events.Event)
	Logger  hclog.Logger
	LogFile string // of Logger, in the log folder
}

// Manager is one network of nodes.
type Manager struct {
	config    Options
	settings  config.ManagerSettings
	launcher  launch.Launcher
	limits    limits
	log       hclog.Logger
	http      *http.Client       // to the nodes
	trust     *certificate.Trust // for nodes and other managers; nil if the network speaks plain HTTP
	pair      *certificate.Pair  // that the manager and its nodes show, or nil
	certified string             // fingerprint that others were told of; of keepCertified, once it runs
	// uncertified says that the first manager has yet to be told of it; of keepCertified.
	uncertified bool
	server      *httpserver.Server
	pauses      *rand.Rand // the mining session's
	pause       func(context.Context, time.Duration) error
	rest        func(context.Context, time.Duration) error // before a node starts again by itself

	ports      *ports.Held
	fleet      fleet.Fleet
	watching   sync.WaitGroup
	changing   chan struct{}                  // has room for the one call that changes members
	lastPort   int                            // that a node has had; of whoever changes members
	removedIDs map[*fleet.Member]types.NodeID // of those that were removed in an earlier run
	ctx        context.Context                // ends when nothing new is begun any more
	cancel     context.CancelFunc
	shutdown   chan struct{} // closed once /shutdown/all is answered
	endOnce    sync.Once     // closes shutdown
	stopAll    func() api.Stopped
	endAll     func() (clean bool)
	recorder   lastrun.Recorder
	unrecorded bool // what was seen of the nodes last; of the goroutine that sees
	stream     *stream.Stream
	merges     merges             // into stream
	links      *linkfaults.Faults // what is asked of those between the nodes
	metrics    *metrics.Network
	page       *dashboard.Page
	picture    *picture      // that GET /state answers with
	reports    chan struct{} // has room for the one report that is made
	logs       *logs.Logs
	began      time.Time // before any node was
	data       *folder.Folder
	clock      labClock
	seed       *bootstrap.Service // of nodes that introduce themselves
	url        string             // of this manager
	machines   machines
	first      *first                                        // manager whose network this one has joined, or nil
	free       func(folder string) (bytes uint64, err error) // of its disk
	parting    sync.Mutex                                    // held while a part of a snapshot is sent
	saving     chan struct{}                                 // has room for the one snapshot that is taken
	standing   atomic.Bool                                   // the nodes have all started

	mu        sync.Mutex       // guards what follows
	stopping  bool             // nothing new is begun any more
	session   *session.Session // that mines now, or nil
	suspended bool             // the nodes end and start again
	plan      *adopted         // by which the network mines; nil for none, and never changed in place
	plans     uint64           // that there were; the number of plan
}

// limits are how long things may take.
type limits struct {
	start    time.Duration // a node to be ready
	register time.Duration // a node to take the registry
	ask      time.Duration // all nodes to say what takes them no work
	link     time.Duration // all nodes to be connected
	mine     time.Duration // a node to mine one block
	pulse    time.Duration // a node to say that it lives
	rest     time.Duration // between two such questions, while nobody waits for the node
	settle   time.Duration // all nodes to have one tip
	still    time.Duration // no tip to move, before they are taken to be settled
	look     time.Duration // all nodes to say what their tips are
	retry    time.Duration // after a failure, of a session without an end
	grace    time.Duration // a node to end
	lived    time.Duration // from one note that the network lives to the next
	watch    time.Duration // whoever watches to have taken the last event
	follow   time.Duration // another manager to end and start its nodes, which the network waits for
	machine  time.Duration // another manager to do anything that nobody else waits for
	nodes    int           // how many there may be
}

func defaultLimits() limits {
	return limits{
		nodes: config.MaxAmount,
		start: time.Minute, register: 30 * time.Second, ask: 10 * time.Second, link: 10 * time.Second,
		// A block takes what its proof of work takes; this is for a node that
		// hangs.
		mine:  time.Hour,
		pulse: 4 * time.Second, rest: 10 * time.Second,
		settle: 10 * time.Second, still: 2 * time.Second, look: 2 * time.Second,
		retry: time.Second, grace: 10 * time.Second, watch: 2 * time.Second, lived: time.Minute,
		follow: 30 * time.Second, machine: 2 * time.Minute,
	}
}

// New makes the manager of a network. It starts nothing; see Run.
func New(config Options, launcher launch.Launcher) *Manager {
	trust := config.Settings.Trust(nil)
	m := &Manager{
		config: config, settings: config.Settings, launcher: launcher,
		limits: defaultLimits(), log: config.Logger, http: newNodeClient(trust), trust: trust,
		pauses: rand.New(rand.NewPCG(config.Seed, 0)), pause: pause, rest: pause,
		shutdown: make(chan struct{}), changing: make(chan struct{}, 1), saving: make(chan struct{}, 1), reports: make(chan struct{}, 1),
		free: folder.FreeSpace, recorder: lastrun.Recorder{Logs: config.Settings.Log.Folder},
	}
	m.ctx, m.cancel = context.WithCancel(context.Background())
	m.stopAll = sync.OnceValue(m.stopNodes)
	m.endAll = sync.OnceValue(m.end)
	m.metrics = m.newMetrics()
	m.page = pageOf(config.Settings)
	m.picture = newPicture(pictureEvery)
	m.logs = m.newLogs()
	m.server = httpserver.New(httpserver.Options{
		Routes: m.routes(), Refuse: refusal, Logger: config.Logger.Named("http"), Answered: m.metrics.Answered, Elsewhere: m.elsewhere,
		Guard: guard.Guard{
			Hosts: m.settings.Names(), Origins: m.settings.Origins,
			Token: m.settings.RequiredToken(),
		},
	})
	return m
}

// pageOf is the page that the settings want.
func pageOf(settings config.ManagerSettings) *dashboard.Page {
	if settings.Dashboard != "" {
		return dashboard.From(disk.Within(settings.Dashboard))
	}
	return dashboard.Built()
}

// newNodeClient makes the HTTP client that speaks to the nodes. It gives a
// connection up before a node does, as a request to mine that meets the end of
// one could not be repeated.
func newNodeClient(trust *certificate.Trust) *http.Client {
	const idle = 30 * time.Second
	return httpclient.NewHTTP(trust, &http.Transport{IdleConnTimeout: idle})
}

// Summary is what a person wants to know of a network that stands.
type Summary struct {
	URL         string // of the manager
	Nodes       int
	Node        string // URL of the first node's API
	FirstPort   int    // of the nodes
	LastPort    int
	Logs        string        // folder
	Data        string        // folder
	Temporary   bool          // Data is removed at a clean end
	Behind      time.Duration // the machine's time, of the nodes' clocks, as the network has rested
	Fingerprint string        // of the certificate that the manager and its nodes show; empty if they speak plain HTTP
	Certificate string        // its file, as an absolute path
	Guarded     bool          // changes must carry the network's token
	TokenFile   string        // that has the token, if it was made for this run
	Seeds       []string      // by which nodes find each other; empty if the manager tells them
	Lab         string
	Joined      string // URL of the network's first manager, if that is another one
}

// Run checks, starts the network, calls ready, and serves until ctx ends or
// somebody asks for the end, which both are no error. It returns when every
// node has ended. An error that is an ErrCheck came before anything started.
func (m *Manager) Run(ctx context.Context, ready func(Summary)) error {
	if err := m.findFirst(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrCheck, err)
	}
	held, data, err := check(ctx, m.config, m.launcher)
	if err != nil {
		return err
	}
	m.ports = held
	defer m.ports.Free()
	listener, err := m.ports.Take(m.settings.Port)
	if err != nil {
		return errors.Join(err, data.Close())
	}
	defer m.http.CloseIdleConnections()
	if err := m.prepare(data, listener); err != nil {
		return errors.Join(err, listener.Close(), data.Forget(context.WithoutCancel(ctx)), m.leave(data, true))
	}
	defer m.stream.Close(m.limits.watch)
	return m.live(ctx, listener, ready)
}

// live is Run for a network that has its ports and its data folder for itself.
func (m *Manager) live(ctx context.Context, listener net.Listener, ready func(Summary)) error {
	data := m.data
	err := m.joinNetwork(ctx, listener.Addr().(*net.TCPAddr))
	if err == nil {
		err = m.start(ctx)
	}
	stands := err == nil
	if stands {
		m.stand(listener)
		err = m.serve(ctx, listener, func() { ready(m.summary(data)) })
	} else {
		err = errors.Join(err, listener.Close())
	}
	clean := m.endAll()
	if !stands && !data.Temporary {
		err = errors.Join(err, data.Forget(context.WithoutCancel(ctx)))
	}
	if ctx.Err() != nil && !stands {
		// Whatever failed first: a Ctrl-C ends nodes too that have just been forked.
		m.log.Info("network is told to stop while it starts", "error", err)
		err = nil
	}
	return errors.Join(err, m.leave(data, clean || !stands))
}

// prepare is for a network that is to start in a data folder.
func (m *Manager) prepare(data *folder.Folder, listener net.Listener) error {
	m.began = time.Now()
	m.data, m.url = data, m.trust.URL(addressOf(listener))
	m.settings.Data, m.settings.Amount = data.Path, len(data.Starting)
	if err := m.openCertificate(); err != nil {
		return err
	}
	return m.openStream()
}

// stand is for a network whose nodes have all started: it is noted and told.
func (m *Manager) stand(listener net.Listener) {
	data := m.data
	m.log.Info("network started", "nodes", len(m.nodes()), "address", listener.Addr(), "data", data.Path)
	data.Stood = true
	m.standing.Store(true)
	m.recorded("return of removed nodes", data.NoteReturned(data.Starting...))
	drafts.SweepShared(m.settings.SnapshotFolder())
	drafts.Sweep(data.Path)
	m.tellStart()
}

// addressOf is where programs on this machine reach a server.
func addressOf(listener net.Listener) string {
	address := *listener.Addr().(*net.TCPAddr)
	if address.IP.IsUnspecified() {
		address.IP = net.IPv4(127, 0, 0, 1)
	}
	return address.String()
}

// network is the genesis block of the one network that the nodes are of.
func (m *Manager) network() *consensus.Genesis { return m.data.Genesis() }

func (m *Manager) summary(data *folder.Folder) Summary {
	nodes := m.nodes()
	return Summary{
		URL: m.url, Nodes: len(nodes),
		Node: m.trust.URL(nodes[0].address()), FirstPort: nodes[0].Port(), LastPort: nodes[len(nodes)-1].Port(),
		Logs: m.settings.Log.Folder, Data: data.Path, Temporary: data.Temporary, Behind: time.Duration(m.clock.read().Behind),
		Guarded: m.settings.RequiredToken() != "", TokenFile: m.tokenFile(), Seeds: m.settings.Seeds, Lab: m.settings.Lab,
		Joined: m.settings.Join, Fingerprint: m.pair.Fingerprint(), Certificate: m.settings.TLSCert,
	}
}

// serve answers requests until ctx ends, somebody asks for the end, or the
// server fails. The server outlives the nodes, so that whoever asks for their
// end is told of it.
func (m *Manager) serve(ctx context.Context, listener net.Listener, ready func()) error {
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- m.server.Serve(serving, m.pair.Listen(listener)) }()
	ready()
	select {
	case <-ctx.Done():
		m.log.Info("network is told to stop", "why", context.Cause(ctx))
	case <-m.shutdown:
	case err := <-served:
		stop()
		return err
	}
	m.endAll()
	stop()
	return <-served
}

// tellStart tells that the network stands.
func (m *Manager) tellStart() {
	params := m.network().Params
	m.stream.Tell("", events.NetworkUp{
		Software: m.config.Software, URL: m.url, PID: os.Getpid(), Nodes: len(m.nodes()),
		Network: params.Name, Genesis: params.GenesisID, Resumed: len(m.data.Kept) > 0, Seconds: time.Since(m.began).Seconds(),
		Parameters: genesis.Parameters(params),
	})
	if lab := m.clock.read(); !lab.Plain() {
		m.tellClock(lab)
	}
	m.tellOfNew(m.data)
	m.tellFaultsOfBefore()
	m.watching.Go(func() { m.links.Run(m.ctx) })
	m.watching.Go(m.keepJoined)
	m.stream.Settle()
}

// end makes sure that nothing runs any more, and reports whether every node
// ended cleanly.
func (m *Manager) end() (clean bool) {
	m.stopAll()
	m.watching.Wait()
	down := events.NetworkDown{Clean: true}
	for _, c := range m.own() {
		down.Clean = down.Clean && c.exit().Clean()
	}
	if !m.data.Temporary || !down.Clean { // or else the folder is removed
		m.noteLived(clock.Lab.Rest)
	}
	if m.data.Temporary && m.data.Stood && !down.Clean {
		down.Kept = m.data.Path
	}
	m.stream.Tell("", down)
	m.stream.Settle() // so that whoever reads events is told before the server ends
	return down.Clean
}

// leave gives the data folder back. A temporary one is of no use after a clean
// end, nor if no network ever stood in it.
func (m *Manager) leave(data *folder.Folder, useless bool) error {
	defer m.log.Info("network stopped")
	switch {
	case !data.Temporary:
	case useless:
		return errors.Join(data.Remove(), data.Close())
	default:
		m.log.Warn("data folder kept, as a node did not end cleanly", "folder", data.Path)
	}
	return data.Close()
}

// pause waits for d, or gives the error of ctx.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
