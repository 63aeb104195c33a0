package manager

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/launch"
	"networkmngr/internal/terminal"
)

// errNoMachine means that no manager of a URL has joined.
var errNoMachine = errors.New("no such manager has joined the network")

// errManyMachines is an errFull of as many machines as may join.
var errManyMachines = fmt.Errorf("%w: %d other machines have joined it, and no more may; DELETE /machines/:machine takes one out", errFull, maxMachines)

// forgottenAfter is how long a machine may be out of reach before it makes room for one that
// wants to join.
const forgottenAfter = 2 * time.Minute

// find returns the machine of a URL, or of its part after the scheme, such as
// 192.0.2.7:4999.
func (s *machines) find(reference string) (*machine, error) {
	for _, x := range s.all() {
		if reference == x.url || "http://"+reference == x.url || "https://"+reference == x.url {
			return x, nil
		}
	}
	return nil, fmt.Errorf("%w: %.128q; GET /machines lists those that have", errNoMachine, reference)
}

func (m *Manager) handleRemoveMachine(c *gin.Context) error {
	removed, err := m.removeMachine(c.Request.Context(), c.Param("machine"))
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, removed)
}

// removeMachine has a machine end, with its nodes, and takes them out of the network. One
// that does not answer is taken out all the same, and is in again if it asks for that later.
// It is told to end before anything is changed here: who is frozen holds nobody up.
func (m *Manager) removeMachine(ctx context.Context, reference string) (removed api.RemovedMachine, err error) {
	x, err := m.machines.find(reference)
	if err != nil {
		return removed, err
	}
	exits, err := m.stopMachine(x)
	if err != nil && x.form().State == api.MachineJoined {
		return removed, x.unanswered(ctx, err)
	}
	release, changeErr := m.change(ctx)
	if changeErr != nil {
		return removed, changeErr
	}
	defer release()
	if now, findErr := m.machines.find(x.url); now != x { // somebody else was faster
		return removed, cmp.Or(findErr, fmt.Errorf("%w: %s", errNoMachine, x.url))
	}
	removed = api.RemovedMachine{URL: x.url, Ended: err == nil, Nodes: x.form().Nodes}
	m.forgetMachine(x, exits)
	m.reconcile(m.ctx, m.running()...) // whether the client waits or not
	m.stream.Settle()
	removed.Message = fmt.Sprintf("%s is no longer of the network, with its %s", x.url, terminal.Plural(len(removed.Nodes), "node"))
	if !removed.Ended {
		removed.Message += "; it was not told, as it does not answer"
	}
	return removed, nil
}

// forgetMachine takes a machine out, with its nodes, which ended so as far as is known. The
// caller has the change; see Manager.change.
func (m *Manager) forgetMachine(x *machine, exits map[string]launch.Exit) {
	m.trust.Forget(x.shows(""))
	x.gone()             // nobody asks it any more
	m.machines.remove(x) // nor names nodes of it, whose names would stay taken
	for _, member := range x.all() {
		exit, known := exits[member.Name()]
		if !known {
			exit = launch.Exit{Code: -1, Unknown: true}
		}
		m.endElsewhere(x, member, exit, fleet.Asked)
		m.fleet.Drop(member)
	}
	m.setMachine(x, api.MachineWasRemoved, nil)
	m.log.Info("machine is taken out", "url", x.url)
}

func (s *machines) remove(x *machine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(other *machine) bool { return other == x })
}

// makeRoom forgets a machine if a new one, of a URL, wants to join and there are as many as
// may be: of those that can be forgotten, the one that has been away for longest. The error
// is an errManyMachines if there is none.
func (m *Manager) makeRoom(ctx context.Context, url string) error {
	if _, err := m.machines.find(url); err == nil || len(m.machines.all()) < maxMachines {
		return nil
	}
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	list := slices.DeleteFunc(m.machines.all(), func(x *machine) bool { return !m.forgettable(x) })
	if len(list) == 0 {
		return errManyMachines
	}
	m.forgetMachine(slices.MinFunc(list, func(a, b *machine) int { return a.form().Since.Compare(b.form().Since) }), nil)
	return nil
}

// forgettable reports whether nothing is lost with a machine: it has left, or has not answered
// for long, and the network has no node of it.
func (m *Manager) forgettable(x *machine) bool {
	form := x.form()
	away := form.State == api.MachineHasLeft || form.State != api.MachineJoined && time.Since(form.Since) >= forgottenAfter
	return away && !slices.ContainsFunc(m.fleet.All(), func(member *fleet.Member) bool { return member.Machine() == x.url })
}

// machineOf is the one that starts a member, or nil of this manager's own. The error is an
// errMachine if it was taken out.
func (m *Manager) machineOf(member *fleet.Member) (*machine, error) {
	if member.Machine() == "" {
		return nil, nil
	}
	x, err := m.machines.find(member.Machine())
	if err != nil {
		return nil, fmt.Errorf("%w: %s: it is not of the network any more", errMachine, member.Machine())
	}
	return x, nil
}
