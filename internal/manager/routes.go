package manager

import (
	"fmt"
	"net/http"
	"os"
	"slices"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/bootstrap"
	"networkmngr/internal/clock"
	"networkmngr/internal/consensus"
	"networkmngr/internal/dashboard"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/events/state"
	"networkmngr/internal/faults"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/feed"
	"networkmngr/internal/httpserver/logs"
	"networkmngr/internal/httpserver/openapi"
	"networkmngr/internal/manager/drafts"
	"networkmngr/internal/manager/linkfaults"
	"networkmngr/internal/manager/miningplan"
	"networkmngr/internal/manager/ports"
	"networkmngr/internal/manager/session"
	"networkmngr/internal/terminal"
)

// The most bytes that a request's body may have, as a node takes it.
const (
	mineBody     = 256 << 10
	transferBody = 256 << 10
	planBody     = 256 << 10
	smallBody    = 4 << 10
	joiningBody  = 256 << 10 // with the most nodes
	clockBody    = 256 << 10 // with a clock for each of the most nodes
)

func (m *Manager) routes() []httpserver.Route {
	return slices.Concat(m.ofManager(), m.ofNodes(), m.ofAll(), m.ofTutorials(), m.readsOfNodes(), m.page.Routes(), openapi.Routes(Description))
}

// ofManager are what the manager tells, and which nodes and machines there are.
func (m *Manager) ofManager() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Get, Path: "/", Handle: m.root},
		{Methods: httpserver.Post, Path: "/", Handle: m.handleGreeting, Changes: true, BodyOptional: true, Body: bootstrap.IntroductionBody},
		{Methods: httpserver.Get, Path: "/healthz", Handle: m.healthz, Probe: true},
		m.metrics.Route(),
		{Methods: httpserver.Get, Path: "/metrics/targets", Handle: m.handleTargets},
		{Methods: httpserver.Get, Path: "/events", Handle: m.handleEvents, Query: feed.Parameters},
		{Methods: httpserver.Get, Path: "/state", Handle: m.handleState, Query: []string{"at"}},
		{Methods: httpserver.Get, Path: "/logs", Handle: m.logs.Handle, Query: logs.Parameters()},
		{Methods: httpserver.Get, Path: "/tip", Handle: m.handleTip},
		{Methods: httpserver.Get, Path: "/report", Handle: m.handleReport, Query: []string{"format"}},
		{Methods: httpserver.Get, Path: "/nodes", Handle: m.handleNodes, Changes: true, BodyOptional: true, Query: []string{"limit"}, Body: bootstrap.IntroductionBody},
		{Methods: httpserver.Post, Path: "/nodes", Handle: m.handleAddNode, Changes: true, Body: smallBody},
		{Methods: httpserver.Get, Path: "/machines", Handle: m.handleMachines},
		{Methods: httpserver.Post, Path: "/machines", Handle: m.ofNetwork(m.handleJoin), Changes: true, Body: joiningBody},
		{Methods: httpserver.Delete, Path: "/machines/:machine", Handle: m.ofNetwork(m.handleRemoveMachine), Changes: true},
	}
}

// ofNodes act on one node.
func (m *Manager) ofNodes() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Delete, Path: "/nodes/:node", Handle: m.handleRemoveNode, Changes: true},
		{Methods: httpserver.Post, Path: "/nodes/:node/kill", Handle: m.act("kill", m.killNode), Changes: true},
		{Methods: httpserver.Post, Path: "/nodes/:node/restart", Handle: m.act("restart", m.restartNode), Changes: true},
		{Methods: httpserver.Post, Path: "/nodes/:node/pause", Handle: m.act("pause", m.pauseNode), Changes: true},
		{Methods: httpserver.Post, Path: "/nodes/:node/resume", Handle: m.act("resume", m.resumeNode), Changes: true},
		{Methods: httpserver.Post, Path: "/nodes/:node/mine", Handle: m.forward("/mine"), Changes: true, Query: []string{"count", "from"}, Body: mineBody},
		{Methods: httpserver.Post, Path: "/nodes/:node/blocks/:id/invalidate", Handle: m.forward("/blocks/:id/invalidate"), Changes: true},
		{Methods: httpserver.Post, Path: "/nodes/:node/blocks/:id/reconsider", Handle: m.forward("/blocks/:id/reconsider"), Changes: true},
		{Methods: httpserver.Put, Path: "/nodes/:node/mining", Handle: m.forward("/mining"), Changes: true, Body: smallBody, Query: checked},
		{Methods: httpserver.Post, Path: "/nodes/:node/transactions", Handle: m.forward("/transactions"), Changes: true, Body: transferBody},
		{Methods: httpserver.Post, Path: "/nodes/:node/peers", Handle: m.aboutNode(wholeEntry, m.forward("/peers")), Changes: true, Body: smallBody},
		{Methods: httpserver.Delete, Path: "/nodes/:node/peers", Handle: m.forward("/peers"), Changes: true, Query: []string{"for"}},
		{Methods: httpserver.Delete, Path: "/nodes/:node/peers/:id", Handle: m.aboutNode(wholeEntry, m.forward("/peers/:id")), Changes: true, Query: []string{"for"}},
		{Methods: httpserver.Post, Path: "/nodes/:node/bans", Handle: m.aboutNode(idOfEntry, m.forward("/bans")), Changes: true, Body: smallBody},
		{Methods: httpserver.Delete, Path: "/nodes/:node/bans", Handle: m.forward("/bans"), Changes: true, Query: []string{"net"}},
		{Methods: httpserver.Delete, Path: "/nodes/:node/bans/:id", Handle: m.aboutNode(idOfEntry, m.forward("/bans/:id")), Changes: true},
	}
}

// ofAll are about all nodes at once.
func (m *Manager) ofAll() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Post, Path: "/network/reorg", Handle: m.ofNetwork(m.handleReorg), Changes: true, Body: smallBody},
		{Methods: httpserver.Get, Path: "/network/peers", Handle: m.handlePeers},
		{Methods: httpserver.Get, Path: "/network/clock", Handle: m.ofNetwork(m.handleClock)},
		{Methods: httpserver.Put, Path: "/network/clock", Handle: m.ofNetwork(m.handleSetClock), Changes: true, Body: clockBody},
		{Methods: httpserver.Post, Path: "/network/pause", Handle: m.ofNetwork(m.actOnAll(m.pauseNetwork)), Changes: true},
		{Methods: httpserver.Post, Path: "/network/resume", Handle: m.ofNetwork(m.actOnAll(m.resumeNetwork)), Changes: true},
		{Methods: httpserver.Get, Path: "/network/faults", Handle: m.ofNetwork(m.handleFaults)},
		{Methods: httpserver.Put, Path: "/network/faults", Handle: m.ofNetwork(m.handleSetFaults), Changes: true, Query: generation, Body: faultsBody},
		{Methods: httpserver.Post, Path: "/network/partition", Handle: m.ofNetwork(m.handlePartition), Changes: true, Query: generation, Body: faultsBody},
		{Methods: httpserver.Post, Path: "/network/heal", Handle: m.ofNetwork(m.handleHeal), Changes: true, Query: generation, Body: smallBody},
		{Methods: httpserver.Get, Path: "/network/links", Handle: m.ofNetwork(m.handleLinks), Query: []string{"node"}},
		{Methods: httpserver.Put, Path: "/network/links", Handle: m.ofNetwork(m.handleSetLinks), Changes: true, Query: generation, Body: faultsBody},
		{Methods: httpserver.Get, Path: "/network/presets", Handle: m.handlePresets},
		{Methods: httpserver.Get, Path: "/network/mining", Handle: m.ofNetwork(m.handleNetworkMining)},
		{Methods: httpserver.Put, Path: "/network/mining", Handle: m.ofNetwork(m.handleSetNetworkMining), Changes: true, Body: planBody},
		{Methods: httpserver.Post, Path: "/network/snapshot", Handle: m.ofNetwork(m.handleSnapshot), Changes: true, Body: smallBody},
		{Methods: httpserver.Get, Path: "/snapshot", Handle: m.handlePart, Changes: true, Query: []string{"without_keys"}},
		{Methods: httpserver.Get, Path: "/blockchain", Handle: m.handleBlockchain},
		{Methods: httpserver.Put, Path: "/blockchain", Handle: m.ofNetwork(m.handleSetBlockchain), Changes: true, Body: smallBody},
		{Methods: httpserver.Post, Path: "/network/follow", Handle: m.handleFollow, Changes: true, Query: []string{"check"}},
		{Methods: httpserver.GetPost, Path: "/start/mining", Handle: m.handleStartMining, Changes: true, Query: orderParameters},
		{Methods: httpserver.GetPost, Path: "/stop/mining", Handle: m.handleStopMining, Changes: true},
		{Methods: httpserver.GetPost, Path: "/shutdown/all", Handle: m.handleShutdown, Changes: true},
	}
}

// ofTutorials are the names that tutorials use.
func (m *Manager) ofTutorials() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Post, Path: "/mine_block/:node", AliasOf: "POST /nodes/:node/mine"},
		{Methods: httpserver.Post, Path: "/nodes/:node/create-transaction", AliasOf: "POST /nodes/:node/transactions", Handle: m.forward("/create-transaction")},
		{Methods: httpserver.Get, Path: "/get_chain/:node", AliasOf: "GET /nodes/:node/chain"},
		{Methods: httpserver.Get, Path: "/validate/:node", AliasOf: "GET /nodes/:node/validate"},
		{Methods: httpserver.Get, Path: "/shutdown/:node", AliasOf: "DELETE /nodes/:node"},
	}
}

// refusals say what is answered to the manager's errors.
var refusals = []httpserver.Refusal{
	{Err: errClock, Status: http.StatusUnprocessableEntity, Code: "bad-clock"},              // before what it may wrap
	{Err: miningplan.ErrPlan, Status: http.StatusUnprocessableEntity, Code: "bad-settings"}, // before fleet's, which it may wrap
	{Err: errMining, Status: http.StatusConflict, Code: "already-mining"},
	{Err: errNotMining, Status: http.StatusConflict, Code: "not-mining"},
	{Err: errTooDeep, Status: http.StatusUnprocessableEntity, Code: api.TooDeep},
	{Err: errNoNode, Status: http.StatusConflict, Code: "no-node"},
	{Err: errChanging, Status: http.StatusServiceUnavailable, Code: "changing-network"},
	{Err: datafolder.ErrBegun, Status: http.StatusConflict, Code: "chain-begun"}, // before errSettings, which may wrap it
	{Err: errSettings, Status: http.StatusBadGateway, Code: "settings-failed"},
	{Err: consensus.ErrParams, Status: http.StatusUnprocessableEntity, Code: "bad-settings"},
	{Err: api.ErrFigure, Status: http.StatusUnprocessableEntity, Code: "bad-settings"},
	{Err: faults.ErrState, Status: http.StatusUnprocessableEntity, Code: "bad-faults"},
	{Err: errIfMatch, Status: http.StatusPreconditionFailed, Code: "faults-changed"}, // before errGeneration, which it wraps
	{Err: errGeneration, Status: http.StatusConflict, Code: "faults-changed"},
	{Err: linkfaults.ErrNoPartition, Status: http.StatusNotFound, Code: "unknown-partition"},
	{Err: linkfaults.ErrNotApplied, Status: http.StatusBadGateway, Code: "faults-failed"},
	{Err: errJoined, Status: http.StatusForbidden, Code: "joined"},
	{Err: errNotJoined, Status: http.StatusConflict, Code: "not-joined"},
	{Err: errNotFollowed, Status: http.StatusBadGateway, Code: "not-followed"},
	{Err: errElsewhere, Status: http.StatusConflict, Code: "nodes-elsewhere"},
	{Err: errMachine, Status: http.StatusBadGateway, Code: "machine-unreachable"},
	{Err: errFirst, Status: http.StatusBadGateway, Code: "machine-unreachable"},
	{Err: errNoMachine, Status: http.StatusNotFound, Code: api.UnknownMachine},
	{Err: errOtherLab, Status: http.StatusConflict, Code: "other-lab"},
	{Err: errMachineURL, Status: http.StatusUnprocessableEntity, Code: "bad-machine"},
	{Err: fleet.ErrTaken, Status: http.StatusConflict, Code: "name-taken"},
	{Err: fleet.ErrReference, Status: http.StatusBadRequest, Code: "malformed"},
	{Err: fleet.ErrUnknown, Status: http.StatusNotFound, Code: api.UnknownNode},
	{Err: errEnded, Status: http.StatusConflict, Code: "node-ended"},
	{Err: errRestarting, Status: http.StatusServiceUnavailable, Code: "node-restarting"},
	{Err: clock.ErrOffset, Status: http.StatusUnprocessableEntity, Code: "bad-clock"},
	{Err: clock.ErrDrift, Status: http.StatusUnprocessableEntity, Code: "bad-clock"},
	{Err: errStands, Status: http.StatusConflict, Code: "network-paused"},
	{Err: errRests, Status: http.StatusConflict, Code: "network-paused"},
	{Err: errNotPaused, Status: http.StatusConflict, Code: "not-paused"},
	{Err: errSnapshotName, Status: http.StatusUnprocessableEntity, Code: "bad-name"},
	{Err: drafts.ErrExists, Status: http.StatusConflict, Code: "snapshot-exists"},
	{Err: errSnapshot, Status: http.StatusBadGateway, Code: "snapshot-failed"},
	{Err: errPaused, Status: http.StatusConflict, Code: "node-paused"},
	{Err: errNoPause, Status: http.StatusNotImplemented, Code: "cannot-pause"},
	{Err: errUnreachable, Status: http.StatusBadGateway, Code: "node-unreachable"},
	{Err: ports.ErrNone, Status: http.StatusConflict, Code: "no-port"},
	{Err: errRuns, Status: http.StatusConflict, Code: "node-running"},
	{Err: errNoData, Status: http.StatusUnprocessableEntity, Code: "no-data"},
	{Err: errFull, Status: http.StatusConflict, Code: "network-full"},
	{Err: errStart, Status: http.StatusBadGateway, Code: "start-failed"}, // before ports.ErrInUse, which it may wrap
	{Err: ports.ErrInUse, Status: http.StatusConflict, Code: "port-in-use"},
	{Err: state.ErrExpired, Status: http.StatusGone, Code: "expired"},
	{Err: state.ErrTooFar, Status: http.StatusUnprocessableEntity, Code: "too-far"},
	{Err: errNoneWorks, Status: http.StatusServiceUnavailable, Code: "no-node-works"},
	{Err: errStopping, Status: http.StatusServiceUnavailable, Code: "shutting-down"},
}

func refusal(err error) *api.Error {
	if refused := httpserver.Find(refusals, err); refused != nil {
		return refused
	}
	return bootstrap.Refusal(err)
}

// elsewhere says that nodes have other routes than the manager.
func (m *Manager) elsewhere() string {
	running := m.running()
	if len(running) == 0 {
		return ""
	}
	return fmt.Sprintf(" at the manager; nodes have others, which %s lists", m.trust.URL(running[0].address()))
}

// root answers with the page whoever rather takes that, as a browser does.
func (m *Manager) root(c *gin.Context) error {
	c.Writer.Header().Add("Vary", "Accept")
	if dashboard.Wanted(c) {
		return m.page.Answer(c)
	}
	return m.overview(c)
}

func (m *Manager) overview(c *gin.Context) error {
	nodes := len(m.fleet.All())
	answer := overview{
		Overview: api.Overview{
			Message:  "a network of " + terminal.Plural(nodes, "node"),
			Software: m.config.Software, Nodes: nodes, Running: len(m.fleet.Running()),
			Run: api.Run{PID: os.Getpid(), StartedAt: m.began},
		},
		Listing: httpserver.List(m.routes()),
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// nodesNow are the network's nodes and their processes.
func (m *Manager) nodesNow() api.Nodes {
	nodes := newNodes(m.nodes())
	answer := api.Nodes{Count: len(nodes), Lab: m.settings.Lab, Behind: m.behind(), Restart: m.settings.Restart, Nodes: nodes, Removed: newNames(m.fleet.Removed())}
	for _, n := range answer.Nodes {
		if n.State == api.Running {
			answer.Running++
		}
	}
	return answer
}

// behind is by how much the lab's time is behind the machine's; empty if it is not.
func (m *Manager) behind() string {
	if lab := m.clock.read(); lab.Behind != 0 {
		return lab.Behind.String()
	}
	return ""
}

// handleAddNode has a new node start, or one that has ended come back.
func (m *Manager) handleAddNode(c *gin.Context) error {
	reference, err := readChoice(c)
	if err != nil {
		return err
	}
	var added node
	what := "started"
	if reference == "" {
		added, err = m.addNode(c.Request.Context())
	} else {
		added, err = m.returnNode(c.Request.Context(), reference)
		what = "is back"
	}
	if err != nil {
		return err
	}
	c.Header("Location", fmt.Sprintf("/nodes/%d", added.Port()))
	message := m.links.WithBridges("node " + added.address() + " " + what)
	return httpserver.Answer(c, http.StatusCreated, api.Added{Message: message, Node: newNode(added)})
}

func (m *Manager) handleRemoveNode(c *gin.Context) error {
	removed, err := m.removeNode(c.Request.Context(), c.Param("node"))
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, api.Removed{
		Message: "node " + removed.address() + " ended, and is no longer of the network", StoppedNode: newStoppedNode(removed),
	})
}

// handleStartMining answers at the end of the session, or with its progress, or, if the
// session outlives its client, at once.
func (m *Manager) handleStartMining(c *gin.Context) error {
	if reconnects(c) {
		c.Status(http.StatusNoContent) // which tells it not to
		return nil
	}
	order, err := readOrder(c, len(m.fleet.All()))
	if err != nil {
		return err
	}
	s, err := m.startMining(order)
	if err != nil {
		return err
	}
	if !order.Outlives() {
		defer s.Stop(session.ErrClientGone)
	}
	switch {
	case wantsEvents(c):
		return m.answerSession(c, s)
	case order.Outlives():
		return httpserver.Answer(c, http.StatusAccepted, api.Message{Message: order.Outlook()})
	}
	select {
	case <-s.Done():
		return httpserver.Answer(c, http.StatusOK, s.Report())
	case <-c.Request.Context().Done():
		return c.Request.Context().Err()
	}
}

func (m *Manager) handleStopMining(c *gin.Context) error {
	report, err := m.stopMining(c.Request.Context())
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, report)
}

// handleShutdown ends the nodes, whether the client waits for the answer or
// not, and then the manager.
func (m *Manager) handleShutdown(c *gin.Context) error {
	m.log.Info("network is told to shut down", "client", c.Request.RemoteAddr)
	defer m.endOnce.Do(func() { close(m.shutdown) })
	c.Header("Connection", "close")
	_ = httpserver.Answer(c, http.StatusOK, m.stopAll())
	c.Writer.Flush()
	return nil
}
