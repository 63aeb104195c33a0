package manager

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/clock"
	"networkmngr/internal/events"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/terminal"
	"networkmngr/internal/times"
)

var (
	// errStands means that the network is paused already.
	errStands = errors.New("the network is paused already; POST /network/resume, or networkmngr resume, has it go on")
	// errNotPaused means that the network goes on.
	errNotPaused = errors.New("the network is not paused")
)

// actOnAll answers what is done to the whole network with how its clocks go then.
func (m *Manager) actOnAll(do func(context.Context) (what string, err error)) func(*gin.Context) error {
	return func(c *gin.Context) error {
		ctx := c.Request.Context()
		release, err := m.change(ctx)
		if err != nil {
			return err
		}
		defer release()
		what, err := do(context.WithoutCancel(ctx))
		m.stream.Settle()
		if err != nil {
			return err
		}
		return httpserver.Answer(c, http.StatusOK, m.clockForm(ctx, what, nil))
	}
}

// pauseNetwork has all nodes stand still, and their time with them. That is written down
// first: where it cannot be, all goes on. Then their clocks stop, as a node that goes on again
// may mine before it is told what time it is.
func (m *Manager) pauseNetwork(ctx context.Context) (string, error) {
	if m.clock.read().Stands {
		return "", errStands
	}
	nodes := m.running()
	if len(nodes) == 0 {
		return "", errNoNode
	}
	if err := m.setLab(func(lab clock.Lab) clock.Lab { return lab.Rest(time.Now()) }); err != nil {
		return "", err
	}
	m.pushClocks(ctx, nodes, clock.Wanted{})
	for _, c := range nodes {
		if _, err := m.pauseNode(ctx, c); err != nil && !errors.Is(err, errEnded) {
			_, resumed := m.resumeNetwork(ctx)
			return "", errors.Join(err, resumed)
		}
		c.Life().WithAll = true
	}
	m.stream.Tell("", events.NetworkPaused{})
	if len(nodes) == 1 {
		return "1 node stands still, and so does its time", nil
	}
	return terminal.Plural(len(nodes), "node") + " stand still, and so does their time", nil
}

// resumeNetwork has the nodes go on that were paused with the network, at the time when it
// was. Who was paused alone stays so.
func (m *Manager) resumeNetwork(ctx context.Context) (string, error) {
	lab := m.clock.read()
	if !lab.Stands {
		return "", errNotPaused
	}
	now, stood := time.Now(), time.Since(lab.Lived)
	next := lab.GoOn(now)
	if err := next.Check(); err != nil {
		return "", err
	}
	if err := m.setLab(func(clock.Lab) clock.Lab { return next }); err != nil {
		return "", err
	}
	var failed error
	paused := m.asNodes(m.fleet.Paused())
	still := slices.DeleteFunc(slices.Clone(paused), func(c node) bool { return !c.Life().WithAll })
	for _, c := range still {
		failed = errors.Join(failed, m.wake(c))
	}
	m.reconcile(ctx, m.running()...)
	m.stream.Tell("", events.NetworkResumed{Seconds: stood.Seconds()})
	m.tellClock(next)
	m.links.Retime()
	return wentOn(len(still), len(paused)-len(still), next.Behind), failed
}

// setLab has the network's time be another one, as next makes it of what it is.
func (m *Manager) setLab(next func(clock.Lab) clock.Lab) error {
	m.clock.changing.Lock()
	defer m.clock.changing.Unlock()
	return m.clock.set(next(m.clock.read()))
}

// wentOn says how many nodes go on, and how many that were paused alone do not.
func wentOn(nodes, alone int, behind times.Duration) string {
	what := terminal.Plural(nodes, "node") + " go on"
	if nodes == 1 {
		what = "1 node goes on"
	}
	what += fmt.Sprintf(", %s behind the machine's clock", behind)
	if alone > 0 {
		what += fmt.Sprintf("; paused alone, and so still: %d", alone)
	}
	return what
}
