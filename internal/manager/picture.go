package manager

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events/state"
	"networkmngr/internal/httpserver"
)

// pictureEvery is the time from one picture of the network to the next, at least: who
// watches must not hold up the network, however many there are.
const pictureEvery = 100 * time.Millisecond

// networkState answers GET /state.
type networkState struct {
	state.State
	Manager api.StateManager `json:"manager"`
}

// picture is the network's state as it is sent. It is made for all who ask meanwhile, and
// has what had happened when they asked.
type picture struct {
	every  time.Duration
	making chan struct{} // has room for whoever looks at what follows
	offset uint64        // of the state
	made   time.Time
	text   []byte // nil before the first one
}

func newPicture(every time.Duration) *picture {
	return &picture{every: every, making: make(chan struct{}, 1)}
}

// get returns the JSON form of a state that is true of an offset or a later one, and has
// it made if need be. It must not be changed. The error is that of ctx.
func (p *picture) get(ctx context.Context, offset uint64, look func() networkState) ([]byte, error) {
	select {
	case p.making <- struct{}{}:
		defer func() { <-p.making }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p.text != nil && p.offset >= offset {
		return p.text, nil
	}
	if err := pause(ctx, time.Until(p.made.Add(p.every))); err != nil {
		return nil, err
	}
	now := look()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(now); err != nil {
		return nil, err
	}
	p.offset, p.made, p.text = now.Offset, time.Now(), text.Bytes()
	return p.text, nil
}

// handleState answers for now, or for after an event of the past.
func (m *Manager) handleState(c *gin.Context) error {
	if _, given := c.GetQuery("at"); given {
		return m.handleStateAt(c)
	}
	text, err := m.picture.get(c.Request.Context(), m.stream.Log.Told(), m.look)
	if err != nil {
		return err
	}
	c.Header("Content-Type", "application/json; charset=utf-8")
	_, err = httpserver.TimedWriter{Context: c}.Write(text)
	return err
}

func (m *Manager) handleStateAt(c *gin.Context) error {
	at, err := httpserver.Number(c, "at", 0, 1, m.stream.Log.Shown())
	if err != nil {
		return err
	}
	then, err := m.stream.Past.At(c.Request.Context(), at)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, m.stateOf(then))
}

// look is what the network is like now.
func (m *Manager) look() networkState { return m.stateOf(m.stream.State()) }

func (m *Manager) stateOf(network state.State) networkState {
	return networkState{State: network, Manager: api.StateManager{
		URL: m.url, PID: os.Getpid(), StartedAt: m.began, Software: m.config.Software, Lab: m.settings.Lab,
		TokenRequired: m.settings.RequiredToken() != "", KeyPin: m.pair.Pin(),
	}}
}
