package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// lone is a node that somebody runs by hand.
type lone struct {
	*program
	port int
}

func (w *world) launchNode(args ...string) *lone { return w.launchNodeBy("node", args...) }

// launchNodeBy has another program run the node.
func (w *world) launchNodeBy(name string, args ...string) *lone {
	l := &lone{port: freePorts(w.t, 1)}
	args = append([]string{"-p", strconv.Itoa(l.port), "--data", w.path("data", strconv.Itoa(l.port)), "--threads", "1"}, args...)
	l.program = w.start(name, args...)
	eventually(w.t, func() bool {
		_, err := try[struct{}](http.MethodGet, l.port, "/healthz", nil)
		return err == nil || l.hasEnded()
	}, "the node does not answer")
	return l
}

// Two nodes that know nothing of each other go separate ways. Once they meet,
// the longer chain wins, and what was only on the shorter one waits for a block
// again, at both.
func TestTwoBranchesMeet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	genesis := w.lightGenesis("light")
	short, long := w.launchNode("--genesis", genesis), w.launchNode("--genesis", genesis)
	both := []int{short.port, long.port}

	payment := submit(t, short.port)
	post[struct{}](t, short.port, "/mine?count=2", nil)
	lost := chainOf(t, short.port)
	require.Equal(t, payment, lost.Chain[1].Transactions[1].ID)
	require.Equal(t, paid, balance(t, short.port, "bob"))
	post[struct{}](t, long.port, "/mine?count=5", nil)
	won := chainOf(t, long.port)

	for i, port := range both {
		post[struct{}](t, port, "/nodes/register", []string{"http://" + address(both[1-i])})
	}
	require.Equal(t, won, requireOneChain(t, both))
	require.Len(t, won.Chain, 6)
	require.False(t, won.has(lost.tip()))
	for _, port := range both {
		require.Equal(t, json.Number("0"), balance(t, port, "bob"))
		eventually(t, func() bool { return pending(t, port) == payment }, "the payment does not wait at %d", port)
	}

	post[struct{}](t, long.port, "/mine", nil)
	require.Equal(t, payment, requireOneChain(t, both).Chain[6].Transactions[1].ID)
	for _, port := range both {
		require.Equal(t, paid, balance(t, port, "bob"))
		eventually(t, func() bool { return pending(t, port) == "" }, "the payment still waits at %d", port)
	}
	requireEnd(t, short, long)
}

// requireEnd ends one node by a signal and the other by HTTP.
func requireEnd(t *testing.T, one, other *lone) {
	one.signal(syscall.SIGINT)
	require.Zero(t, one.exitCode())
	post[struct{}](t, other.port, "/shutdown", nil)
	require.Zero(t, other.exitCode())
	one.world.requireTidy()
}

// paid is what alice pays to bob.
const paid = json.Number("12.5")

// submit hands alice's payment in, and returns its id.
func submit(t *testing.T, port int) string {
	info := get[struct{ Genesis types.Hash }](t, port, "/node/id")
	amount, err := types.ParseAmount(string(paid))
	require.NoError(t, err)
	payment := types.Transaction{Recipient: types.NamedAddress("bob"), Amount: amount, Fee: types.Coin / 100}
	payment.Sign(types.NamedKey("alice"), info.Genesis)
	answer := post[struct{ ID string }](t, port, "/transactions", payment)
	require.Equal(t, payment.ID().String(), answer.ID)
	require.Equal(t, answer.ID, pending(t, port))
	return answer.ID
}

// balance is what a named account has.
func balance(t *testing.T, port int, name string) json.Number {
	account := get[struct{ Balance json.Number }](t, port, "/accounts/"+types.NamedAddress(name).String())
	return account.Balance
}

// pending gives the ids in a node's mempool, with commas.
func pending(t *testing.T, port int) (ids string) {
	pool := get[struct{ Transactions []transactionForm }](t, port, "/mempool")
	for i, waiting := range pool.Transactions {
		if i > 0 {
			ids += ","
		}
		ids += waiting.ID
	}
	return ids
}

// A node by hand that is told of another by a flag finds it, also when that
// one starts later.
func TestANodeIsToldOfAPeer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	genesis := w.lightGenesis("light")
	first := w.launchNode("--genesis", genesis)
	post[struct{}](t, first.port, "/mine?count=3", nil)
	second := w.launchNode("--genesis", genesis, "--peers", address(first.port))
	require.Len(t, requireOneChain(t, []int{first.port, second.port}).Chain, 4)
	requireEnd(t, second, first)
}

func TestMisuseOfTheNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.launchNode()
	taken := fmt.Sprint(first.port)
	for _, c := range []struct {
		args  []string
		texts []string
	}{
		{[]string{"-p", taken}, []string{taken, "in use"}},
		{[]string{"-p", "70000"}, []string{"70000"}},
		{[]string{"--peers", "here"}, []string{"peers", "here"}},
		{[]string{"--threads=-1"}, []string{"threads", "-1"}},
		{[]string{"--genesis", "none.json", "-p", "0"}, []string{"none.json"}},
	} {
		p := w.start("node", append(c.args, "--logs", w.path("other"))...)
		require.Equal(t, 2, p.exitCode(), p.stderr)
		for _, text := range c.texts {
			require.Contains(t, p.stderr.String(), text)
		}
	}
	first.signal(syscall.SIGTERM)
	require.Zero(t, first.exitCode())
}
