package watch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
	"networkmngr/internal/events/state"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// asked is a server that stands for a manager and for its nodes, and notes what it is
// asked for.
type asked struct {
	mu      sync.Mutex // guards what follows
	list    []string
	answers map[string]any // by method and path; an *api.Error is a refusal
	server  *httptest.Server
}

func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	request := r.Method + " " + r.URL.Path
	a.list = append(a.list, request)
	answer, known := a.answers[request]
	refusal, refused := answer.(*api.Error)
	switch {
	case !known:
		w.WriteHeader(http.StatusNotFound)
	case refused:
		w.WriteHeader(refusal.Status)
		answer = map[string]any{"error": refusal}
	}
	writeJSON(w, answer)
}

// taken are the requests since the last time.
func (a *asked) taken() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.list
	a.list = nil
	return list
}

// seeServed is see with a server for manager and nodes.
func seeServed(t *testing.T, nodes int) (*seen, *asked) {
	a := &asked{answers: make(map[string]any)}
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	a.server = server
	s := see(t, 80, 24, 0)
	now := state.State{Stream: "a", Network: "dev"}
	for i := range nodes {
		now.Nodes = append(now.Nodes, state.Node{
			Name: name(i), ID: id(i), State: state.Running, Address: strings.TrimPrefix(server.URL, "http://"), Tip: new(ref("1", 1)),
		})
	}
	now.Blocks = []state.Block{{BlockRef: ref("1", 1), Miner: new(id(0).Account()), Transactions: 1, Node: name(nodes - 1)}}
	s.flush().Update(batch{begun{client.NewManager(server.URL, "", server.Client()), now}})
	return s, a
}

func TestKeysAct(t *testing.T) {
	s, a := seeServed(t, 3)
	acted := func(words string) any { return api.Acted{Message: words} }
	for request, answer := range map[string]any{
		"POST /nodes": acted("n3 has joined"), "POST /nodes/n1/kill": acted("n1 was killed"), "POST /nodes/n1/restart": acted("n1 lives again"),
		"POST /nodes/n1/pause": acted("n1 stands still"), "POST /nodes/n1/resume": acted("n1 goes on"), "DELETE /nodes/n1": api.Removed{Message: "n1 is gone"},
		"POST /mine": api.Mined{Block: types.NamedBlock{Block: genesis.Dev().Block}}, "PUT /mining": api.Mining{}, "POST /stop/mining": api.MiningReport{Message: "3 mined"},
	} {
		a.answers[request] = answer
	}
	s.types("down")
	for _, test := range []struct{ keys, request, said string }{
		{"a", "POST /nodes", "n3 has joined"},
		{"k y", "POST /nodes/n1/kill", "n1 was killed"},
		{"k n", "", "not done"},
		{"k q", "", "not done"},
		{"r", "POST /nodes/n1/restart", "n1 lives again"},
		{"p", "POST /nodes/n1/pause", "n1 stands still"},
		{"x y", "DELETE /nodes/n1", "n1 is gone"},
		{"x esc", "", "not done"},
		{"m", "POST /mine", "n1 has mined block 0"},
		{"M", "PUT /mining", "n1 mines on; M again stops it"},
		{"s", "POST /stop/mining", "3 mined"},
		{"z", "", ""},
	} {
		s.types(strings.Fields(test.keys)...)
		require.Equal(t, test.said, s.last(2), test.keys)
		require.Equal(t, test.request, strings.Join(a.taken(), ", "), test.keys)
	}
	s.tell("n1", events.NodePaused{})
	s.types("p")
	require.Equal(t, []string{"POST /nodes/n1/resume"}, a.taken())
	s.tell("n1", events.NodeResumed{})
	s.tell("n1", events.MiningStarted{Mode: events.MiningOn})
	s.types("M")
	require.Equal(t, "n1 mines no more", s.last(2))
}

// What asks first says so, and nothing happens before the answer.
func TestKillAndRemoveAskFirst(t *testing.T) {
	s, a := seeServed(t, 2)
	s.types("k")
	require.Equal(t, "kill n0? y/n", s.last(2))
	s.types("n", "x")
	require.Equal(t, "remove n0 from the network? y/n", s.last(2))
	require.Empty(t, a.taken())
}

// A refused act says why, and changes nothing.
func TestRefusedActs(t *testing.T) {
	s, a := seeServed(t, 2)
	a.answers["POST /nodes/n0/pause"] = &api.Error{Status: http.StatusConflict, Code: "bad", Message: "n0 has ended"}
	before := s.part("nodes")
	s.types("p")
	require.Equal(t, "n0 has ended", s.last(2))
	s.types("tab")
	require.Empty(t, s.last(2), "the next key takes it away")
	require.Equal(t, before, s.part("nodes"))
	s.tell("n0", events.NodeDown{})
	a.taken()
	for _, key := range []string{"m", "M"} {
		s.types(key)
		require.Equal(t, "n0 is down", s.last(2))
	}
	require.Empty(t, a.taken())
	a.server.Close()
	s.types("a")
	require.Regexp(t, "^no answer: dial tcp ", s.last(2))
	alone := see(t, 80, 24, 0)
	for _, key := range []string{"m", "M", "k", "r", "p", "x"} {
		alone.types(key)
		require.Equal(t, errNothing.Error(), alone.last(2))
	}
	alone.types("a")
	require.Equal(t, errNobody.Error(), alone.last(2))
	alone.types("enter", "tab", "up", "down", "left", "right", "pgup", "enter", "esc")
}

func TestQuit(t *testing.T) {
	s := see(t, 80, 24, 1)
	for _, key := range []string{"q", "ctrl+c"} {
		require.Equal(t, tea.Quit(), s.press(key)())
	}
	s.types("k")
	require.Equal(t, tea.Quit(), s.press("ctrl+c")(), "at a question too")
}

func TestHelp(t *testing.T) {
	s := see(t, 80, 24, 1)
	s.types("?")
	require.Contains(t, s.text(), "a stale block")
	require.NotContains(t, s.text(), "quit; the network goes on")
	for range 50 {
		s.types("down")
	}
	require.Contains(t, s.text(), "quit; the network goes on")
	s.types("esc")
	require.NotContains(t, s.text(), "quit; the network goes on")
}

// A block is asked of the node that had it first, and then of the others.
func TestABlockIsOpened(t *testing.T) {
	s, a := seeServed(t, 3)
	path := "GET /blocks/" + hash("1").String()
	s.types("enter")
	require.Equal(t, []string{path, path, path}, a.taken())
	require.Contains(t, s.last(2), "block "+hash("1").String()[:hashDigits])

	block := genesis.Dev().Block
	block.Transactions = []types.Transaction{
		{Kind: types.Coinbase, Recipient: id(1).Account(), Amount: 150_000_000, Sequence: 7},
		{Kind: types.Transfer, Recipient: id(2).Account(), Amount: 300_000_000, Fee: 1, Data: []byte("\"\u202e\"")},
	}
	for range 40 {
		block.Transactions = append(block.Transactions, types.Transaction{Kind: types.Transfer, Recipient: id(9).Account()})
	}
	a.answers[path] = api.BlockDetails{Block: block, Main: true, Confirmations: 1, Names: map[string]string{id(9).Account().String(): "bob"}}
	s.types("enter")
	require.Equal(t, []string{path}, a.taken())
	text := s.text()
	for _, part := range []string{
		"Block 7  on the main chain, 1 confirmation\n", block.Hash().String(), block.Previous.String(), block.MerkleRoot.String(),
		"mined by      n1  " + id(1).Account().String(), "told by       n2", "42 transactions", "coinbase of 1.5 to n1", " to n2: 3, fee 0.00000001, data",
	} {
		require.Contains(t, text, part)
	}
	require.NotContains(t, text, "\u202e")
	s.types("pgdown", "pgdown", "pgdown")
	require.Contains(t, s.text(), " to bob: 0")
	s.width, s.height, s.drawn = 60, 20, ""
	s.types("home")
	whole := strings.ReplaceAll(strings.ReplaceAll(s.text(), "\n", ""), strings.Repeat(" ", 14), "")
	require.Contains(t, whole, block.Hash().String(), "a hash is whole on a narrow terminal too")
	s.types("esc")
	require.Contains(t, s.text(), "── tree")
}

// The cursor goes from block to block, sideways too.
func TestTheCursorWalks(t *testing.T) {
	s := see(t, 80, 24, 4)
	s.chain(1, 3, 4)
	s.block(0, "3", "a", 4, 0, 1, 2)
	s.block(1, "3", "b", 4, 3)
	at := func() string {
		names := map[types.Hash]string{hash("a"): "a", hash("b"): "b", hash("1"): "1", hash("2"): "2", hash("3"): "3"}
		return names[s.cursor.hash]
	}
	var walked []string
	for _, key := range strings.Fields("tab right right down up down down down down up left pgup esc") {
		s.types(key)
		walked = append(walked, at())
	}
	require.Equal(t, "a b b 3 a 3 2 1 1 2 2 a a", fmt.Sprint(strings.Join(slices.Clone(walked), " ")))
	s.block(0, "a", "c", 5, 0, 1, 2, 3)
	require.Equal(t, hash("c"), s.flush().cursor.hash, "it goes along with the tip")
}
