package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// errExchanging means that the node is being exchanged for one on another
// network.
var errExchanging = errors.New("the node changes its network, ask again in a moment")

// exchange keeps requests away from a node while another takes its place.
type exchange struct {
	asking sync.Mutex   // held by the one who exchanges
	gate   sync.RWMutex // held for reading by every request that uses the node

	era    context.Context // of the node that is there; changes under gate
	endEra context.CancelFunc
}

func newExchange() *exchange {
	x := &exchange{}
	x.era, x.endEra = context.WithCancel(context.Background())
	return x
}

// guarded runs a handler while its node stays. Its request ends with the node.
func (x *exchange) guarded(handle func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if !x.gate.TryRLock() {
			return errExchanging
		}
		defer x.gate.RUnlock()
		ctx, cancel := context.WithCancelCause(c.Request.Context())
		defer cancel(nil)
		defer x.atItsEnd(func() {
			cancel(errExchanging)
			// Of a client that is slow to send or to take, nobody waits for more.
			connection := http.NewResponseController(c.Writer)
			_ = errors.Join(connection.SetReadDeadline(time.Now()), connection.SetWriteDeadline(time.Now()))
		})()
		whole := c.Request
		c.Request = whole.WithContext(ctx)
		err := handle(c)
		c.Request = whole
		if err != nil && errors.Is(context.Cause(ctx), errExchanging) {
			c.Header("Connection", "close") // whose deadlines have passed
			return errExchanging
		}
		return err
	}
}

// atItsEnd has f called at the end of the era, until stop, which waits for f if
// that has begun.
func (x *exchange) atItsEnd(f func()) (stop func()) {
	ended := make(chan struct{})
	forget := context.AfterFunc(x.era, func() {
		defer close(ended)
		f()
	})
	return func() {
		if !forget() {
			<-ended
		}
	}
}

// run ends the requests that use the node, and then exchanges it.
func (x *exchange) run(change func() error) error {
	x.endEra()
	x.gate.Lock()
	defer x.gate.Unlock()
	x.era, x.endEra = context.WithCancel(context.Background())
	return change()
}
