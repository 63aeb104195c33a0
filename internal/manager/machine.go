package manager

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/launch"
)

// machine is a manager that has joined the network, as the first one knows it, and the
// members that it starts.
type machine struct {
	url    string
	client *client.Manager
	limits limits
	bell   chan struct{}                 // has room for one: something has happened there
	stop   func() map[string]launch.Exit // ends it and all of its nodes, once: how each ended, by name; nil if it is out of reach
	ctx    context.Context               // ends when it is of the network no more
	gone   context.CancelFunc            // of ctx
	lives  map[*fleet.Member]*remote     // the last ones; of whoever changes members

	mu      sync.Mutex            // guards what follows
	members map[int]*fleet.Member // by port
	reasons map[string]string     // why nodes went down last, by name, as in events.NodeDown
	state   string                // as in api.Machine
	silence chan struct{}         // closed while it does not answer, or has ended
	since   time.Time
	why     error // of its silence
	ending  bool  // it has told that it ends
	// fingerprint is that of the certificate that it and its nodes show; empty without TLS.
	fingerprint string
}

func (m *Manager) newMachine(url string) *machine {
	x := &machine{
		url: url, client: client.NewManager(url, m.settings.Token, m.http), limits: m.limits, bell: make(chan struct{}, 1),
		lives: make(map[*fleet.Member]*remote), members: make(map[int]*fleet.Member), reasons: make(map[string]string), state: api.MachineJoining, since: time.Now(), silence: make(chan struct{}),
	}
	x.ctx, x.gone = context.WithCancel(m.ctx)
	x.stop = sync.OnceValue(func() map[string]launch.Exit {
		exits, err := m.stopMachine(x)
		if err != nil {
			m.log.Error("machine was not told to end", "url", x.url, "error", err)
		}
		return exits
	})
	return x
}

// ring has what is known of the machine looked after.
func (x *machine) ring() {
	select {
	case x.bell <- struct{}{}:
	default: // that is to come already
	}
}

// set notes what the machine does, unless it was taken out, and returns what it did before.
func (x *machine) set(state string, why error) (before string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	before = x.state
	if before == api.MachineWasRemoved {
		return state // nothing is news of it any more
	}
	if before != state {
		x.state, x.since = state, time.Now()
	}
	x.why = why
	switch was, is := answering(before), answering(state); {
	case was && !is:
		close(x.silence)
	case is && !was:
		x.silence = make(chan struct{})
	}
	return before
}

// answering reports whether a machine in a state answers, or may do so any moment.
func answering(state string) bool { return state == api.MachineJoined || state == api.MachineJoining }

// whileAnswering makes a context that ends with an errMachine when the machine is found not
// to answer, or nothing has come for so long since the last call of more: a request would wait
// until it goes on, and others for that.
func (x *machine) whileAnswering(ctx context.Context, patience time.Duration) (answering context.Context, more, end func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	late := time.AfterFunc(patience, func() { cancel(fmt.Errorf("%w: %s: nothing came for %s", errMachine, x.url, patience)) })
	x.mu.Lock()
	silence := x.silence
	x.mu.Unlock()
	go func() {
		select {
		case <-silence:
			cancel(x.answers())
		case <-ctx.Done():
		}
	}()
	return ctx, func() { late.Reset(patience) }, func() {
		late.Stop()
		cancel(nil)
	}
}

// shows notes which certificate the machine says that it shows, and returns which one it
// showed before.
func (x *machine) shows(fingerprint string) (before string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	before, x.fingerprint = x.fingerprint, fingerprint
	return before
}

// ends reports whether the machine has told that it ends.
func (x *machine) ends() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.ending
}

// isReplaced reports whether another manager answers in the machine's place.
func (x *machine) isReplaced() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return errors.Is(x.why, errReplaced)
}

// answers returns an errMachine of one that does not answer.
func (x *machine) answers() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case answering(x.state):
		return nil
	case x.why != nil:
		return fmt.Errorf("%w: %s: %w", errMachine, x.url, x.why)
	}
	return fmt.Errorf("%w: %s has ended", errMachine, x.url)
}

// unanswered is err if it is a refusal of the machine's, the end of ctx if that was first,
// and else an errMachine.
func (x *machine) unanswered(ctx context.Context, err error) error {
	if ended := context.Cause(ctx); ended != nil && err != nil {
		return ended
	}
	if _, refused := errors.AsType[*api.Error](err); refused || err == nil {
		return err
	}
	return fmt.Errorf("%w: %s: %w", errMachine, x.url, err)
}

// knownReasons are those for which a node may go down: what else a machine tells is not kept.
var knownReasons = []string{events.Asked, events.Told, events.Crash, events.Fault, events.Restart, events.Gone}

// note takes what an event there tells.
func (x *machine) note(e httpclient.Followed) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ending = e.Type == events.NetworkDown{}.Type()
	down, is := e.Data.(events.NodeDown)
	named := func(member *fleet.Member) bool { return member.Name() == e.Node }
	if is && slices.Contains(knownReasons, down.Why) && slices.ContainsFunc(slices.Collect(maps.Values(x.members)), named) {
		x.reasons[e.Node] = down.Why
	}
}

// reason is why a node that ended so went down, as far as that is known.
func (x *machine) reason(name string, exit launch.Exit) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	if why, known := x.reasons[name]; known {
		return why
	}
	if exit.Clean() {
		return events.Asked
	}
	return events.Gone
}

// all lists the members, in the order of their ports.
func (x *machine) all() []*fleet.Member {
	x.mu.Lock()
	defer x.mu.Unlock()
	all := make([]*fleet.Member, 0, len(x.members))
	for _, member := range x.members {
		all = append(all, member)
	}
	slices.SortFunc(all, func(a, b *fleet.Member) int { return a.Port() - b.Port() })
	return all
}

// member is the one on a port, or nil.
func (x *machine) member(port int) *fleet.Member {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.members[port]
}

func (x *machine) form() api.Machine {
	form := api.Machine{URL: x.url, Nodes: []string{}}
	for _, member := range x.all() {
		form.Nodes = append(form.Nodes, member.Name())
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	form.State, form.Since, form.Fingerprint = x.state, x.since, x.fingerprint
	if x.why != nil {
		form.Error = x.why.Error()
	}
	return form
}

// stopMachine has a machine end all of its nodes, and itself, and returns how each node
// ended, by name. What answers in its place is told nothing.
func (m *Manager) stopMachine(x *machine) (map[string]launch.Exit, error) {
	ctx, cancel := context.WithTimeout(context.Background(), m.limits.grace+m.limits.ask)
	defer cancel()
	if err := m.checkMachine(ctx, x); err != nil {
		return nil, err
	}
	stopped, err := x.client.Shutdown(ctx)
	if err != nil {
		return nil, err
	}
	exits := make(map[string]launch.Exit)
	for _, member := range x.all() {
		for _, n := range stopped.Nodes {
			if member.Life() != nil && m.node(member).address() == n.Node {
				exits[member.Name()] = readExit(n.Exit)
			}
		}
	}
	return exits, nil
}

// readExit is how a node ended, as its manager tells it.
func readExit(form *api.Exit) launch.Exit {
	if form == nil {
		return launch.Exit{Code: -1, Unknown: true}
	}
	exit := launch.Exit{Code: form.Code, Forced: form.Forced}
	if form.Signal != nil {
		exit.Signal = signalNumber(*form.Signal)
	}
	return exit
}

// remote is a node in a life that another machine's manager began. It is a [launch.Node]:
// what is done to it, that manager does.
type remote struct {
	machine *machine
	name    string
	ready   launch.Ready
	began   time.Time // by that machine's clock; with the process, what the life goes by
	done    chan struct{}
	once    sync.Once // closes done
	exit    launch.Exit
}

func newRemote(x *machine, n api.NodeState) *remote {
	life := n.Lives[len(n.Lives)-1]
	return &remote{
		machine: x, name: n.Name, began: life.StartedAt, done: make(chan struct{}),
		ready: launch.Ready{ID: n.ID, Address: n.Address, P2P: n.P2P, PID: life.PID},
	}
}

// is reports whether this is the life that a form tells of.
func (r *remote) is(life api.Life) bool {
	return r.ready.PID == life.PID && r.began.Equal(life.StartedAt)
}

// end notes how the life ended, the first time.
func (r *remote) end(exit launch.Exit) {
	r.once.Do(func() {
		r.exit = exit
		close(r.done)
	})
}

func (r *remote) Ready() launch.Ready   { return r.ready }
func (r *remote) Done() <-chan struct{} { return r.done }
func (r *remote) Logs() string          { return "" } // they are on its machine

func (r *remote) Exit() launch.Exit {
	<-r.done
	return r.exit
}

// Stop ends the whole machine: nodes are stopped when the network is.
func (r *remote) Stop(time.Duration) launch.Exit {
	exit, known := r.machine.stop()[r.name]
	if !known {
		exit = launch.Exit{Code: -1, Unknown: true}
	}
	r.end(exit)
	return r.Exit()
}

func (r *remote) Kill() launch.Exit {
	acted, err := r.act("kill")
	if err == nil {
		r.end(readExit(acted.Node.Exit))
	} else {
		r.end(launch.Exit{Code: -1, Unknown: true})
	}
	return r.Exit()
}

func (r *remote) Pause() error {
	_, err := r.act("pause")
	return err
}

func (r *remote) Resume() error {
	_, err := r.act("resume")
	return err
}

// act has the machine do something to the node that takes it no work.
func (r *remote) act(what string) (api.Acted, error) {
	ctx, _, end := r.machine.whileAnswering(context.Background(), r.machine.limits.ask)
	defer end()
	acted, err := r.machine.client.Act(ctx, r.name, what)
	return acted, r.machine.unanswered(ctx, err)
}
