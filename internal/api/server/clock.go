package server

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/httpserver"
)

// errClock means that a clock cannot be set so.
var errClock = errors.New("bad clock")

func (s *Server) clock(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, s.clockForm(""))
}

// setClock changes the node's wall clock, and has the node see to what that changes.
func (s *Server) setClock(c *gin.Context) error {
	var form api.ClockChange
	if err := httpserver.Decode(c, &form); err != nil {
		return err
	}
	change, err := clockChange(form)
	if err == nil {
		err = s.config.Clock.Set(change)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errClock, err)
	}
	if s.config.ClockChanged != nil {
		s.config.ClockChanged()
	}
	now := s.config.Clock.Read()
	s.log.Info("clock set", "offset", now.Offset, "drift", now.Drift, "stopped", now.Stopped)
	return httpserver.Answer(c, http.StatusOK, s.clockForm(describeClock(now)))
}

// clockChange reads a form. The error says what is wrong.
func clockChange(form api.ClockChange) (change clock.Change, err error) {
	change.Stopped = form.Stopped
	if form.Offset != nil {
		offset, err := time.ParseDuration(*form.Offset)
		if err != nil {
			return change, fmt.Errorf("offset %q: want a time with its unit, such as 90s or -1h", *form.Offset)
		}
		change.Offset = &offset
	}
	if form.Drift != nil {
		drift, err := clock.ParseDrift(*form.Drift)
		if err != nil {
			return change, fmt.Errorf("drift: %w", err)
		}
		change.Drift = &drift
	}
	return change, nil
}

func (s *Server) clockForm(message string) api.Clock {
	now := s.config.Clock.Read()
	return api.Clock{
		Message: message, Offset: now.Offset.String(), Drift: now.Drift.String(), Stopped: now.Stopped,
		Time: now.Time.UTC(), Machine: now.Time.Add(-now.Offset).UTC(),
	}
}

// describeClock says in words how a clock goes.
func describeClock(now clock.Reading) string {
	if now.Stopped {
		return fmt.Sprintf("the node's clock stands still, at %s", now.Time.UTC().Format(time.RFC3339))
	}
	text := "the node's clock is the machine's"
	switch ahead := now.Offset.Round(time.Millisecond); {
	case ahead > 0:
		text = fmt.Sprintf("the node's clock is %s ahead", ahead)
	case ahead < 0:
		text = fmt.Sprintf("the node's clock is %s behind", -ahead)
	}
	if now.Drift != 0 {
		text += fmt.Sprintf(", and drifts by %s", now.Drift)
	}
	return text
}
