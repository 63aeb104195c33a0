package manager

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/consensus"
	"networkmngr/internal/fleet"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/each"
)

var (
	// errNotJoined means that a manager has no first one to follow.
	errNotJoined = errors.New("this manager has joined no network: it is the first one of its own")
	// errNotFollowed means that the network was changed, and machines have not followed.
	errNotFollowed = errors.New("the network was changed, and a machine has not followed yet; it does when it joins again, or by the same request once it can")
)

// A network of several machines is changed in two steps. First the manager of each that
// answers is asked whether its nodes could be changed, so that none is if one cannot. Then
// the first manager changes its own, by which it is decided: the others learn by its API
// what the network is now, and follow. Who is away meanwhile follows when it is back.

// checkMachines returns why a machine's nodes could not be changed.
func (m *Manager) checkMachines(ctx context.Context) error {
	list := m.answeringMachines()
	return each.Do(ctx, len(list), func(ctx context.Context, i int) error { return list[i].follow(ctx, true) })
}

// answeringMachines are those that have joined and answer. One that is joining follows once
// it has.
func (m *Manager) answeringMachines() []*machine {
	return slices.DeleteFunc(m.machines.all(), func(x *machine) bool { return x.form().State != api.MachineJoined })
}

// follow has the machine's nodes be of the first manager's network, or only asks whether
// they could be of another one.
func (x *machine) follow(ctx context.Context, only bool) error {
	patience := x.limits.follow
	if only {
		patience = x.limits.ask
	}
	ctx, _, end := x.whileAnswering(ctx, patience)
	defer end()
	_, err := x.client.FollowNetwork(ctx, only)
	if refusal, is := errors.AsType[*api.Error](err); is {
		return &api.Error{Status: refusal.Status, Code: refusal.Code, Message: fmt.Sprintf("the manager at %s: %s", x.url, refusal.Message)}
	}
	return x.unanswered(ctx, err)
}

// leadMachines has all machines that answer follow. The error is an errNotFollowed. The
// caller has the change; see Manager.change.
func (m *Manager) leadMachines(ctx context.Context) error {
	list := m.answeringMachines()
	there, failures := make([]api.Nodes, len(list)), make([]error, len(list))
	_ = each.Do(ctx, len(list), func(ctx context.Context, i int) error {
		if failures[i] = list[i].follow(ctx, false); failures[i] == nil {
			there[i], failures[i] = m.listNodes(ctx, list[i])
		}
		return nil // the others are asked all the same
	})
	for i, x := range list {
		if failures[i] != nil {
			m.log.Error("machine has not followed", "url", x.url, "error", failures[i])
		} else {
			m.catchUpHeld(ctx, x, there[i])
		}
	}
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("%w: %s", errNotFollowed, err.Error()) // which may wrap a machine's own refusal
	}
	return nil
}

// handleFollow is asked for by the first manager.
func (m *Manager) handleFollow(c *gin.Context) error {
	only, err := httpserver.Bool(c, "check")
	if err == nil && m.first == nil {
		err = errNotJoined
	}
	if err == nil && only {
		err = m.checkFollowing(c.Request.Context())
	} else if err == nil {
		err = m.followFirst(c.Request.Context())
	}
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, api.Message{Message: "the nodes are of " + m.network().Params.Name + what(only)})
}

func what(only bool) string {
	if only {
		return ", and can be of another network"
	}
	return ", as the first manager's are"
}

func (m *Manager) checkFollowing(ctx context.Context) error {
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	resume, err := m.suspend()
	if err != nil {
		return err
	}
	defer resume()
	return m.changeable(ctx)
}

// followFirst has this manager's nodes be of the network that the first manager's are of,
// all or none.
func (m *Manager) followFirst(ctx context.Context) error {
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	next, err := m.first.network(ctx, m.limits.ask)
	if err != nil || next.Params.GenesisID == m.network().Params.GenesisID {
		return err
	}
	return m.changeNetwork(ctx, next)
}

// network asks the first manager what its network is now.
func (f *first) network(ctx context.Context, limit time.Duration) (*consensus.Genesis, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	there, err := f.client.Machines(ctx)
	if err == nil && (there.Lab != f.lab || there.First != "") {
		err = fmt.Errorf("%w: %.32q is its lab, and not %q", errReplaced, there.Lab, f.lab)
	}
	if err != nil {
		return nil, f.failed(err)
	}
	network, err := genesis.Parse(there.Genesis)
	if err != nil {
		return nil, f.failed(err)
	}
	return network, nil
}

// changeable returns why the nodes cannot be of another network. No node is touched.
func (m *Manager) changeable(ctx context.Context) error {
	if paused := m.fleet.Paused(); len(paused) > 0 {
		return m.node(paused[0]).answers()
	}
	nodes := m.ownRunning()
	if err := m.unbegun(ctx, nodes); err != nil {
		return err
	}
	var ports []int
	for _, c := range nodes {
		ports = append(ports, c.Port())
	}
	resting, err := m.data.Resting(ports)
	if err != nil {
		return err
	}
	return resting.CheckUnbegun(ctx)
}

// ownRunning are those of own that run, and are not paused.
func (m *Manager) ownRunning() []node {
	return slices.DeleteFunc(m.own(), func(c node) bool { return c.State() != fleet.Running })
}
