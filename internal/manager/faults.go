package manager

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
)

// act answers what is done to one node, and how the node is then; see actOn.
func (m *Manager) act(action string, do func(context.Context, node) (what string, err error)) func(*gin.Context) error {
	return func(c *gin.Context) error {
		target, message, err := m.actOn(c.Request.Context(), c.Param("node"), action, do)
		m.stream.Settle()
		if err != nil {
			return err
		}
		return httpserver.Answer(c, http.StatusOK, api.Acted{Message: message, Node: newNode(target)})
	}
}

// actOn does something to a node, and returns a message that says so, with what do says was
// done. To a node of another machine, the manager there does it.
func (m *Manager) actOn(ctx context.Context, reference, action string, do func(context.Context, node) (what string, err error)) (target node, message string, err error) {
	if target, err = m.find(reference); err != nil {
		return target, "", err
	}
	x, member, err := m.startedBy(reference)
	switch {
	case err != nil:
		return target, "", err
	case x != nil:
		message, err = m.actElsewhere(ctx, x, member, action)
		return target, message, err
	}
	return m.actOnOwn(ctx, reference, do)
}

// actOnOwn is actOn for a node that this manager itself starts.
func (m *Manager) actOnOwn(ctx context.Context, reference string, do func(context.Context, node) (what string, err error)) (target node, message string, err error) {
	release, err := m.change(ctx)
	if err != nil {
		return target, "", err
	}
	defer release()
	if target, err = m.find(reference); err != nil {
		return target, "", err
	}
	what, err := do(ctx, target)
	if err != nil {
		return target, "", err
	}
	return target, fmt.Sprintf("node %s, %s, %s", target.Name(), target.address(), what), nil
}

// killNode ends a node by force, as a crash would, for the restart policy, too. It stays
// in the list.
func (m *Manager) killNode(_ context.Context, c node) (string, error) {
	if err := c.running(); err != nil {
		return "", err
	}
	c.Expect()
	life := c.Life()
	exit := life.Node().Kill()
	<-life.Gone()
	m.log.Info("node killed, as was asked for", "port", c.Port(), "name", c.Name(), "exit", exit)
	m.tellEnd(c, events.Fault)
	return "was killed", nil
}

// restartNode ends a node, if it runs, and begins its next life, on the same data and
// the same port.
func (m *Manager) restartNode(ctx context.Context, c node) (string, error) {
	ctx, cancel := m.untilStopping(context.WithoutCancel(ctx))
	defer cancel()
	again := []node{c}
	m.endToRestart(again)
	if err := m.startAgain(ctx, again); err != nil {
		return "", err
	}
	return fmt.Sprintf("is in its life %d", c.Life().Boot), nil
}

// pauseNode has a node stand still. Whoever asks it for something waits.
func (m *Manager) pauseNode(_ context.Context, c node) (string, error) {
	if err := c.running(); err != nil {
		return "", err
	}
	if err := c.Life().Node().Pause(); err != nil {
		return "", fmt.Errorf("%w: %w", errNoPause, err)
	}
	c.SetPaused(true)
	c.Life().WithAll = false
	m.log.Info("node paused", "port", c.Port(), "name", c.Name())
	m.stream.Tell(c.Name(), events.NodePaused{})
	return "stands still until it is resumed", nil
}

// resumeNode has a paused node go on, with what was asked of it meanwhile.
func (m *Manager) resumeNode(_ context.Context, c node) (string, error) {
	paused := c.State() == fleet.Paused
	if err := m.wake(c); err != nil {
		return "", err
	}
	m.reconcile(m.ctx, c)
	if !paused { // by this manager: whoever else sent it a SIGSTOP has it go on all the same
		return "was not paused, and runs", nil
	}
	return "goes on", nil
}

// wake has a paused node go on as it was.
func (m *Manager) wake(c node) error {
	if err := c.running(); err != nil {
		return err
	}
	if err := c.Life().Node().Resume(); err != nil {
		return fmt.Errorf("%w: %w", errNoPause, err)
	}
	m.goesOn(c)
	return nil
}

// goesOn notes that a node stands still no more.
func (m *Manager) goesOn(c node) {
	c.SetPaused(false)
	m.log.Info("node resumed", "port", c.Port(), "name", c.Name())
	m.stream.Tell(c.Name(), events.NodeResumed{})
}

// running returns an errEnded of a node that neither runs nor is paused.
func (c node) running() error {
	if c.State() != fleet.Exited {
		return nil
	}
	return c.answers()
}
