package main_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// promise is a transfer that a node was asked for and has answered with 202.
type promise struct {
	port     int
	id       string
	sender   string
	sequence int
}

// promised are all of a test.
type promised struct {
	mu   sync.Mutex // guards list
	list []promise
}

func (p *promised) add(one promise) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list = append(p.list, one)
}

// postsInARound is how many transfers each node gets in a round, unless it is killed
// before.
const postsInARound = 30

// post hands transfers of its own sender's to the i-th node until it is cut off.
func (p *promised) post(n *network, i int) {
	port, sender := n.ports[i], senders[i]
	for range postsInARound {
		account, err := try[accountForm](http.MethodGet, port, "/accounts/"+sender, nil)
		if err != nil {
			return
		}
		sequence := account.Sequence + len(account.Pending)
		told, err := try[struct{ ID string }](http.MethodPost, port, "/transactions", map[string]any{
			"sender": sender, "recipient": senders[(i+1)%len(senders)], "amount": 0.001, "fee": 0.0001, "sequence": sequence,
		})
		if err == nil {
			p.add(promise{port, told.ID, sender, sequence})
			continue
		}
		var refused *refusal
		if !errors.As(err, &refused) {
			return
		}
		if !strings.Contains(refused.body, `"code":"sequence-`) { // as a block has come in between
			n.t.Error(refused)
		}
	}
}

type (
	accountForm struct {
		Sequence int
		Pending  []struct{ ID string }
	}
	figuresForm struct{ Height int }
)

// recently is how many of the last promises are looked for in each round; of those
// before, as many are drawn.
const recently = 300

func sample[T any](r *rand.Rand, list []T) []T {
	last := max(0, len(list)-recently)
	some := slices.Clone(list[last:])
	for range min(last, recently) {
		some = append(some, list[r.IntN(last)])
	}
	return some
}

// isContradicted reports whether a transfer that was promised is neither pending nor
// in the chain, as another one with its sender and sequence number is. There must be
// such a one.
func isContradicted(t *testing.T, one promise) bool {
	_, err := try[struct{}](http.MethodGet, one.port, "/transactions/"+one.id, nil)
	var refused *refusal
	if err == nil {
		return false
	}
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusNotFound, refused.status)
	account := get[accountForm](t, one.port, "/accounts/"+one.sender)
	require.Greater(t, account.Sequence+len(account.Pending), one.sequence, "%+v is lost", one)
	return true
}
