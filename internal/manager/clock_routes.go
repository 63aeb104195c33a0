package manager

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/times"
)

// errClock means that no clock can be set so.
var errClock = errors.New("bad clock")

func (m *Manager) handleClock(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, m.clockForm(c.Request.Context(), "", nil))
}

func (m *Manager) handleSetClock(c *gin.Context) error {
	var form api.LabClockChange
	if err := httpserver.Decode(c, &form); err != nil {
		return err
	}
	ctx := c.Request.Context()
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	wanted, err := m.wantedClocks(form)
	if err != nil {
		return fmt.Errorf("%w: %w", errClock, err)
	}
	ctx = context.WithoutCancel(ctx) // what is kept, nodes are told
	failed, err := m.setClocks(ctx, wanted)
	if err != nil {
		return err
	}
	m.stream.Settle()
	return httpserver.Answer(c, http.StatusOK, m.clockForm(ctx, "the clocks are set", failed))
}

// wantedClocks reads a form. The error names what is wrong in it.
func (m *Manager) wantedClocks(form api.LabClockChange) (wanted clock.Wanted, err error) {
	if form.Behind != nil {
		behind, err := times.ParseDuration(*form.Behind)
		if err != nil {
			return wanted, fmt.Errorf("behind: %w", err)
		}
		wanted.Behind = new(time.Duration(behind))
	}
	if wanted.All, err = clockChange(form.All); err != nil {
		return wanted, fmt.Errorf("all: %w", err)
	}
	wanted.Nodes = make(map[string]*clock.Change, len(form.Nodes))
	for reference, change := range form.Nodes {
		member, err := m.fleet.FindAny(m.local(reference))
		if errors.Is(err, fleet.ErrUnknown) {
			err = fmt.Errorf("there is no node %s; GET /nodes, or networkmngr nodes, lists those that there are", reference)
		}
		if err != nil {
			return wanted, fmt.Errorf("nodes: %w", err)
		}
		if _, twice := wanted.Nodes[member.Name()]; twice {
			return wanted, fmt.Errorf("nodes: %s is there twice, by name and by port", member.Name())
		}
		if wanted.Nodes[member.Name()], err = nodeClockChange(change); err != nil {
			return wanted, fmt.Errorf("nodes: %s: %w", reference, err)
		}
	}
	return wanted, nil
}

// clockChange reads a part of a form; nil of nil.
func clockChange(form *api.ClockSettingChange) (*clock.Change, error) {
	if form == nil {
		return nil, nil
	}
	var change clock.Change
	if form.Offset != nil {
		offset, err := times.ParseDuration(*form.Offset)
		if err != nil {
			return nil, fmt.Errorf("offset: %w", err)
		}
		change.Offset = new(time.Duration(offset))
	}
	if form.Drift != nil {
		drift, err := clock.ParseDrift(*form.Drift)
		if err != nil {
			return nil, fmt.Errorf("drift: %w", err)
		}
		change.Drift = &drift
	}
	return &change, nil
}

// nodeClockChange is clockChange for one node; nil for the clock of all.
func nodeClockChange(form api.NodeClockChange) (*clock.Change, error) {
	if form.Own == nil || *form.Own {
		return clockChange(&form.ClockSettingChange)
	}
	if form.ClockSettingChange != (api.ClockSettingChange{}) {
		return nil, errors.New("own is false, for the clock of all, and cannot have an offset or a drift beside it")
	}
	return nil, nil
}

// clockForm tells what is wanted of the clocks, how they go, and why some nodes have not
// taken theirs.
func (m *Manager) clockForm(ctx context.Context, message string, failed map[string]error) api.LabClock {
	kept, now := m.clock.read(), time.Now()
	lab := kept.Now(now)
	nodes := m.nodes()
	form := api.LabClock{
		Message: message, Behind: lab.Behind.String(), Stands: kept.Stands,
		Time: kept.Time(now).UTC(), All: wantedSetting(lab.All), Nodes: make([]api.NodeClock, len(nodes)),
	}
	ctx, cancel := context.WithTimeout(ctx, m.limits.ask)
	defer cancel()
	_ = each.Do(ctx, len(nodes), func(ctx context.Context, i int) error {
		form.Nodes[i] = nodeClock(ctx, nodes[i], lab, failed[nodes[i].Name()])
		return nil
	})
	return form
}

// nodeClock asks a node how its clock goes.
func nodeClock(ctx context.Context, c node, lab clock.Lab, failed error) api.NodeClock {
	wanted, own := lab.Nodes[c.Name()]
	if !own {
		wanted = lab.All
	}
	form := api.NodeClock{Node: c.Name(), Own: own, Wanted: wantedSetting(wanted)}
	err := c.answers()
	if err == nil {
		var now api.Clock
		if now, err = c.client.Clock(ctx); err == nil {
			form.Clock = &now
		} else {
			err = c.unanswered(ctx, err)
		}
	}
	if err = errors.Join(failed, err); err != nil {
		form.Error = new(err.Error())
	}
	return form
}

func wantedSetting(s clock.Setting) api.ClockSetting {
	return api.ClockSetting{Offset: s.Offset.Rounded().String(), Drift: s.Drift.String()}
}
