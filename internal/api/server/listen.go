package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/gin-gonic/gin"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/httpserver"
)

// What listeners may cost.
const (
	maxListeners  = 64               // of this machine, and as many of strangers
	tellTimeout   = 30 * time.Second // to take one message
	hearTimeout   = 30 * time.Second // to send one
	pingInterval  = 30 * time.Second
	pongTimeout   = 10 * time.Second
	farewellTime  = time.Second // for the closing handshake
	maxHeard      = 4 << 10     // bytes of a message of theirs
	maxHeardCount = 100         // of these messages in a pingInterval
)

// errTalkative is why a listener is cut off that sends more than one that asks now
// and then does, or the chatter of a client that takes this for another protocol.
var errTalkative = errors.New("too many messages")

// listeners counts who listens.
type listeners struct {
	slots    *httpserver.Slots
	present  sync.WaitGroup
	hearTime time.Duration // for the rest of a message to come
	farewell time.Duration // for the closing handshake
}

func newListeners() *listeners {
	return &listeners{slots: httpserver.NewSlots(maxListeners), hearTime: hearTimeout, farewell: farewellTime}
}

// enter lets a listener in, until leave.
func (l *listeners) enter(from httpserver.Origin) (leave func(), err error) {
	if !l.slots.Acquire(from) {
		return nil, &api.Error{
			Status: http.StatusTooManyRequests, Code: "too-many-listeners",
			Message: fmt.Sprintf("as many listen as may: %d from the node's machine, and %d from all others, of whom each has a share", maxListeners, maxListeners),
		}
	}
	l.present.Add(1)
	return func() {
		l.slots.Release(from)
		l.present.Done()
	}, nil
}

// listen makes a WebSocket of the request, and pushes what becomes of the
// chain until the client or the server ends it.
func (s *Server) listen(c *gin.Context) error {
	if err := checkUpgrade(c.Request); err != nil {
		return upgradeHeaders(c, err)
	}
	leave, err := s.listeners.enter(httpserver.OriginOfRequest(c.Request))
	if err != nil {
		return err
	}
	defer leave()
	conn, err := websocket.Accept(c.Writer, c.Request, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the guard has compared Origin
	})
	if err != nil {
		return err
	}
	l := s.newListener(conn, s.taker(c))
	err = l.attend(c.Request.Context(), http.NewResponseController(c.Writer))
	if errors.Is(err, chain.ErrStore) {
		s.log.Error("listener cannot be told of a block", "client", c.Request.RemoteAddr, "error", err)
	} else {
		s.log.Debug("listener left", "client", c.Request.RemoteAddr, "error", err)
	}
	return nil // whatever it was, there is nobody left to answer
}

// upgradeHeaders says in a refusal what to upgrade to.
func upgradeHeaders(c *gin.Context, err error) error {
	var refused *api.Error
	if errors.As(err, &refused) {
		c.Header("Connection", "Upgrade")
		c.Header("Upgrade", "websocket")
	}
	return err
}

// attend serves one listener until ctx ends or something fails, and returns the
// reason. What is being sent then is not broken off by ctx, as no farewell could
// follow it.
func (l *listener) attend(ctx context.Context, under *http.ResponseController) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return l.push(ctx) })
	group.Go(func() error { return keepAlive(ctx, l.conn) })
	group.Go(l.hear)
	group.Go(func() error {
		<-ctx.Done()
		part(l.conn, under, context.Cause(ctx), l.farewell)
		return nil
	})
	return group.Wait()
}

// part takes leave of a listener, who has so much time to answer.
func part(conn *websocket.Conn, under *http.ResponseController, cause error, within time.Duration) {
	cut := make(chan struct{})
	timer := time.AfterFunc(within, func() {
		defer close(cut)
		now := time.Now()
		_ = errors.Join(under.SetReadDeadline(now), under.SetWriteDeadline(now)) // the end is near anyway
	})
	status, reason := farewell(cause)
	_ = conn.Close(status, reason) // with whoever is still there
	if !timer.Stop() {
		<-cut
	}
}

// farewell is the status and the reason of the end.
func farewell(cause error) (websocket.StatusCode, string) {
	switch {
	case errors.Is(cause, errTalkative):
		return websocket.StatusPolicyViolation, cause.Error()
	case errors.Is(cause, httpserver.ErrManyBodies):
		return websocket.StatusTryAgainLater, cause.Error()
	case errors.Is(cause, ErrRestart):
		return websocket.StatusServiceRestart, "the node restarts on another network"
	case errors.Is(cause, context.Canceled):
		return websocket.StatusGoingAway, "the node shuts down"
	default:
		return websocket.StatusInternalError, "the node failed; its log says why"
	}
}

// keepAlive finds out when a listener is gone without a word.
func keepAlive(ctx context.Context, conn *websocket.Conn) error {
	ticker := time.NewTicker(pingInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
		if err := ping(conn); err != nil {
			return err
		}
	}
}

func ping(conn *websocket.Conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), pongTimeout)
	defer cancel()
	return conn.Ping(ctx)
}
