package manager

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
)

var (
	// errRuns means that a node that is to come back has not gone.
	errRuns = errors.New("the node runs")
	// errNoData means that a node that is to come back has no data any more.
	errNoData = errors.New("the node has no data any more")
)

// readChoice reads which node is to come back, by its name or its port; empty for none.
func readChoice(c *gin.Context) (reference string, err error) {
	var choice api.NodeChoice
	if err := httpserver.DecodeIfAny(c, &choice); err != nil {
		return "", err
	}
	switch {
	case choice.Name != nil && choice.Port != nil:
		return "", fmt.Errorf("%w: want \"name\" or \"port\" of the node that is to come back, not both", httpserver.ErrMalformed)
	case choice.Name != nil && *choice.Name == "":
		return "", fmt.Errorf("%w: \"name\" is empty, want that of the node that is to come back, or none", httpserver.ErrMalformed)
	case choice.Name != nil:
		return *choice.Name, nil
	case choice.Port != nil:
		return strconv.Itoa(*choice.Port), nil
	}
	return "", nil
}

// returnNode has a node that has ended, or was removed, begin its next life: with its
// name, on its port, and with its data, which make it the node that it was.
func (m *Manager) returnNode(ctx context.Context, reference string) (returned node, err error) {
	ctx, cancel := m.untilStopping(ctx)
	defer cancel()
	x, member, err := m.startedBy(reference)
	switch {
	case err != nil:
		return returned, err
	case x == nil:
		return m.returnOwn(ctx, reference)
	}
	if err := m.returnElsewhere(ctx, x, member); err != nil {
		return returned, err
	}
	return m.node(member), nil
}

// returnOwn is returnNode for one that this manager itself starts.
func (m *Manager) returnOwn(ctx context.Context, reference string) (returned node, err error) {
	release, err := m.change(ctx)
	if err != nil {
		return returned, err
	}
	defer release()
	member, err := m.findEnded(reference)
	if err == nil {
		err = m.ports.Hold(member.Port())
	}
	if err == nil {
		err = m.startAdded(ctx, member)
	}
	if err != nil {
		return returned, err
	}
	m.recorded("return of a node", m.data.NoteReturned(member.Port()))
	returned = m.node(member)
	m.welcome(ctx, returned)
	return returned, nil
}

// findEnded returns the member of a name or on a port that can come back.
func (m *Manager) findEnded(reference string) (*fleet.Member, error) {
	member, err := m.fleet.FindAny(m.local(reference))
	switch {
	case errors.Is(err, fleet.ErrUnknown):
		return nil, fmt.Errorf("%w, nor one that was removed and is remembered; GET /nodes, or networkmngr nodes, lists both", err)
	case err != nil:
		return nil, err
	case member.State() != fleet.Exited:
		return nil, fmt.Errorf("%w: %s on port %d is %s", errRuns, member.Name(), member.Port(), member.State())
	case !m.data.Holds(member.Port()):
		return nil, fmt.Errorf("%w: there is no folder %s; POST /nodes without a body, or networkmngr nodes add, starts a new node", errNoData, config.NodeFolder(m.data.Path, member.Port()))
	}
	if slices.Contains(m.fleet.Removed(), member) {
		err = m.checkRoom()
	}
	return member, err
}
