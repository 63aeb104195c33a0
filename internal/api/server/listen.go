package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/gin-gonic/gin"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
)

// What listeners may cost.
const (
	maxListeners  = 64               // of this machine, and as many of strangers
	tellTimeout   = 30 * time.Second // to take one message
	pingInterval  = 30 * time.Second
	pongTimeout   = 10 * time.Second
	farewellTime  = time.Second // for the closing handshake
	maxHeard      = 4 << 10     // bytes of a message of theirs, which nobody reads
	maxHeardCount = 100         // of these messages in a pingInterval
)

// errTalkative is why a listener is cut off that sends more than the chatter
// of a client that takes this for another protocol.
var errTalkative = errors.New("nobody listens here")

// listeners counts who listens.
type listeners struct {
	slots   *httpserver.Slots
	present sync.WaitGroup
}

func newListeners() *listeners { return &listeners{slots: httpserver.NewSlots(maxListeners)} }

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
	err = s.attend(c.Request.Context(), conn, http.NewResponseController(c.Writer))
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

// attend serves one listener until ctx ends or something fails, and gives the
// reason. What is being sent then is not broken off by ctx, as no farewell could
// follow it.
func (s *Server) attend(ctx context.Context, conn *websocket.Conn, under *http.ResponseController) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.push(ctx, conn) })
	group.Go(func() error { return keepAlive(ctx, conn) })
	group.Go(func() error { return ignore(conn) })
	group.Go(func() error {
		<-ctx.Done()
		part(conn, under, context.Cause(ctx))
		return nil
	})
	return group.Wait()
}

// part takes leave of a listener, who has farewellTime to answer.
func part(conn *websocket.Conn, under *http.ResponseController, cause error) {
	cut := make(chan struct{})
	timer := time.AfterFunc(farewellTime, func() {
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
	case errors.Is(cause, ErrRestart):
		return websocket.StatusServiceRestart, "the node restarts on another network"
	case errors.Is(cause, context.Canceled):
		return websocket.StatusGoingAway, "the node shuts down"
	default:
		return websocket.StatusInternalError, "the node failed; its log says why"
	}
}

// push tells a listener of the chain, from the tip of now on. It pulls what is
// new when it has told all that was: a slow listener holds nobody up, and
// misses nothing.
func (s *Server) push(ctx context.Context, conn *websocket.Conn) error {
	seen := s.node.Chain.Tip().ID
	if err := s.tellBlock(conn, api.TipNews, seen); err != nil {
		return err
	}
	for {
		moved := s.node.Chain.Moved()
		next, err := s.pushSince(ctx, conn, seen)
		if err != nil {
			return err
		}
		seen = next
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// pushSince tells what happened since a block was the tip, and gives the tip
// that the listener knows then.
func (s *Server) pushSince(ctx context.Context, conn *websocket.Conn, seen types.Hash) (types.Hash, error) {
	updates, tip, err := s.node.Chain.UpdatesSince(seen)
	if err != nil {
		return seen, err
	}
	if undone := updates.Reverted; len(undone) > 0 {
		news := api.News{Type: api.ReorgNews, Length: undone[len(undone)-1].Height}
		for _, ref := range undone {
			news.Reverted = append(news.Reverted, tipAt(ref))
		}
		if err := tell(conn, news); err != nil {
			return seen, err
		}
	}
	for _, ref := range updates.Applied {
		if ctx.Err() != nil {
			return seen, ctx.Err()
		}
		if err := s.tellBlock(conn, api.BlockNews, ref.ID); err != nil {
			return seen, err
		}
	}
	return tip.ID, nil
}

func (s *Server) tellBlock(conn *websocket.Conn, kind string, id types.Hash) error {
	block, err := s.node.Chain.Block(id)
	if err != nil {
		return fmt.Errorf("%w: block %s: %w", chain.ErrStore, id, err)
	}
	return tell(conn, api.News{Type: kind, Length: block.Height() + 1, Block: &block})
}

func tell(conn *websocket.Conn, news api.News) error {
	ctx, cancel := context.WithTimeout(context.Background(), tellTimeout)
	defer cancel()
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // data must come out as it was signed
	if err := enc.Encode(news); err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, text.Bytes())
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

// ignore takes what a listener sends, within bounds, and does nothing about it:
// clients of tutorials ask as they connect, and are told all the same.
func ignore(conn *websocket.Conn) error {
	conn.SetReadLimit(maxHeard)
	for since, heard := time.Now(), 0; ; heard++ {
		if time.Since(since) > pingInterval {
			since, heard = time.Now(), 0
		}
		if heard == maxHeardCount {
			return errTalkative
		}
		_, message, err := conn.Reader(context.Background())
		if err == nil {
			_, err = io.Copy(io.Discard, message)
		}
		if err != nil {
			return err
		}
	}
}
