package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/types"
)

// listener follows a node's chain by what it is told alone.
type listener struct {
	*harness
	conn  *websocket.Conn
	chain []types.Hash // by height; those below the first tip are empty
}

func (h *harness) dial(path string, header http.Header) (*websocket.Conn, *http.Response, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return websocket.Dial(h.Context(), "ws://"+h.address+path, &websocket.DialOptions{HTTPClient: client, HTTPHeader: header})
}

// listen connects, and takes the tip.
func (h *harness) listen(path string) *listener {
	conn, _, err := h.dial(path, nil)
	require.NoError(h, err)
	h.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	l := &listener{harness: h, conn: conn}
	news := l.hear()
	require.Equal(h, "tip", news.Type)
	l.chain = make([]types.Hash, news.Length)
	l.chain[news.Length-1] = news.Block.Hash()
	return l
}

// hear takes news, which must be as described.
func (l *listener) hear() (news api.News) {
	l.Helper()
	l.hearAs("News", &news)
	return news
}

// hearAs takes one message of the form of this name.
func (l *listener) hearAs(form string, into any) {
	l.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	kind, text, err := l.conn.Read(ctx)
	require.NoError(l, err)
	require.Equal(l, websocket.MessageText, kind)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(l, err)
	require.NoError(l, description().Fits("#/components/schemas/"+form, value), string(text))
	require.NoError(l, json.Unmarshal(text, into))
}

// follow takes one message and changes the chain as it says.
func (l *listener) follow() {
	l.Helper()
	news := l.hear()
	switch news.Type {
	case "reorg":
		for _, gone := range news.Reverted {
			last := len(l.chain) - 1
			require.EqualValues(l, last, gone.Index)
			require.Contains(l, []types.Hash{gone.Hash, {}}, l.chain[last])
			l.chain = l.chain[:last]
		}
	case "block":
		require.Contains(l, []types.Hash{news.Block.Previous, {}}, l.chain[len(l.chain)-1])
		l.chain = append(l.chain, news.Block.Hash())
	default:
		require.Fail(l, "unexpected", news.Type)
	}
	require.EqualValues(l, len(l.chain), news.Length)
}

// catchUp follows until the listener knows the node's tip.
func (l *listener) catchUp() {
	l.Helper()
	for {
		tip := l.node.chain.Tip()
		if len(l.chain) == int(tip.Height)+1 && l.chain[tip.Height] == tip.ID {
			return
		}
		l.follow()
	}
}

func TestListenersAreToldOfEveryBlock(t *testing.T) {
	h := start(t)
	h.extend(3)
	for _, path := range []string{"/ws", "/", ""} {
		l := h.listen(path)
		h.extend(2)
		l.follow()
		l.follow()
		require.Equal(t, h.node.chain.Tip().ID, l.chain[h.node.chain.Tip().Height])
	}
}

func TestListenersAreToldOfReorgs(t *testing.T) {
	h := start(t)
	h.extend(3)
	l := h.listen("/ws")
	_, err := h.node.chain.Replace(rival(5))
	require.NoError(t, err)
	news := l.hear()
	require.Equal(t, "reorg", news.Type)
	require.EqualValues(t, 1, news.Length)
	require.Len(t, news.Reverted, 3)
	require.EqualValues(t, 3, news.Reverted[0].Index)
	for height := range uint64(5) {
		news := l.hear()
		require.Equal(t, "block", news.Type)
		require.Equal(t, height+1, news.Block.Height())
	}
}

// Listeners that come and read when they like follow every turn that the chain
// takes.
func TestListenersFollowExactly(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	h := start(t)
	states := []consensus.State{h.node.chain.Tip()}
	var listeners []*listener
	for step := range 300 {
		state := states[len(states)-1-random.IntN(min(len(states), 6))]
		block := chaintest.Next(state, types.Address{byte(step), byte(step >> 8)})
		_, err := h.node.chain.AddBlocks(block)
		require.NoError(t, err)
		states = append(states, state.After(block.Header))
		if step%60 == 0 {
			listeners = append(listeners, h.listen("/ws"))
		}
		if one := listeners[random.IntN(len(listeners))]; random.IntN(20) == 0 {
			one.catchUp()
		}
	}
	for _, l := range listeners {
		l.catchUp()
		for height, id := range l.chain {
			known, _ := h.node.chain.IDAt(uint64(height))
			require.Contains(t, []types.Hash{known, {}}, id)
		}
	}
}

func TestDataIsToldAsItWasSigned(t *testing.T) {
	h := start(t)
	l := h.listen("/ws")
	_, err := h.node.Mine(t.Context(), 1, []byte(`"<&>"`))
	require.NoError(t, err)
	_, text, err := l.conn.Read(t.Context())
	require.NoError(t, err)
	require.Contains(t, string(text), `"data":"<&>"`)
}

func TestTooManyListeners(t *testing.T) {
	h := start(t)
	var all []*listener
	for range 64 {
		all = append(all, h.listen("/ws"))
	}
	_, response, err := h.dial("/ws", nil)
	require.Error(t, err)
	require.Equal(t, http.StatusTooManyRequests, response.StatusCode)
	require.NoError(t, all[7].conn.Close(websocket.StatusNormalClosure, ""))
	require.Eventually(t, func() bool {
		conn, _, err := h.dial("/ws", nil)
		return err == nil && conn.CloseNow() == nil
	}, soon, 5*time.Millisecond, "the place is free again")
}

// What listeners say that is no query is answered with what is wrong, and is of no other
// consequence, as long as it is not much.
func TestListenersMaySpeak(t *testing.T) {
	h := start(t)
	l := h.listen("/ws")
	for range 90 {
		l.saysWrong(`{"type":"hello"}`, "hello")
	}
	require.NoError(t, l.conn.Write(t.Context(), websocket.MessageBinary, make([]byte, 4096)))
	l.hearAs("Misheard", new(api.Misheard))
	h.extend(1)
	l.catchUp()
}

func TestListenersAreCutOff(t *testing.T) {
	for name, c := range map[string]struct {
		say  func(*websocket.Conn) error
		want websocket.StatusCode
	}{
		"a large message": {func(conn *websocket.Conn) error {
			return conn.Write(context.Background(), websocket.MessageText, make([]byte, 4<<20+1))
		}, websocket.StatusMessageTooBig},
		"many messages": {func(conn *websocket.Conn) error {
			var err error
			for i := 0; i < 100 && err == nil; i++ {
				err = conn.Write(context.Background(), websocket.MessageText, []byte("x"))
			}
			return err
		}, websocket.StatusPolicyViolation},
	} {
		t.Run(name, func(t *testing.T) {
			h := start(t)
			l := h.listen("/ws")
			require.NoError(t, c.say(l.conn))
			var err error
			for err == nil {
				_, _, err = l.conn.Read(t.Context())
			}
			require.Equal(t, c.want, websocket.CloseStatus(err), "%v", err)
			require.NotContains(t, h.log.String(), "[ERROR]")
		})
	}
}

// Listeners that send parts of large messages, and no more, do not fill the memory: when
// too much is kept, they are cut off, and small messages are still heard.
func TestManyLargeMessages(t *testing.T) {
	const large, several, frame = 4 << 20, 12, 64 << 10 // bytes, listeners, bytes
	h := start(t)
	refused := make(chan error, several)
	var sending sync.WaitGroup
	ctx, leave := context.WithCancel(t.Context())
	for range several {
		l := h.listen("/ws")
		message, err := l.conn.Writer(ctx, websocket.MessageText)
		require.NoError(t, err)
		sending.Go(func() { // frame by frame, as pings are answered between two
			for sent := frame; sent < large && err == nil; sent += frame { // the server may hang up before
				_, err = message.Write(make([]byte, frame))
			}
		})
		sending.Go(func() {
			_, _, err := l.conn.Read(ctx)
			refused <- err
		})
	}
	require.Equal(t, websocket.StatusTryAgainLater, websocket.CloseStatus(receives(t, refused)))
	l := h.listen("/ws")
	l.says(`{"type":0}`)
	require.Len(t, l.answered(), 1)
	leave()
	sending.Wait()
	text := []byte(strings.Repeat(" ", large-20) + `{"type":0}`)
	require.Eventually(t, func() bool { // the server learns a little later that they have left
		l := h.listen("/ws")
		_ = l.conn.Write(t.Context(), websocket.MessageText, text)
		_, _, err := l.conn.Read(t.Context())
		return err == nil && l.conn.CloseNow() == nil
	}, soon, 10*time.Millisecond, "what was kept is free again")
}

func TestHandshakesRefused(t *testing.T) {
	const invited = "https://class.example"
	h := start(t, func(h *harness) { h.config.Guard = guard.Guard{Token: "s3cret", Origins: []string{invited}} })
	const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
	upgrade := []string{"Connection: keep-alive, Upgrade", "Upgrade: WebSocket", "Sec-WebSocket-Version: 13", key}
	but := func(i int, line string) []string {
		lines := slices.Clone(upgrade)
		lines[i] = line
		return lines
	}
	for _, row := range []struct {
		header     []string
		status     int
		code, part string
	}{
		{nil, http.StatusUpgradeRequired, "upgrade-needed", "connect to ws://" + h.address + "/ws"},
		{but(0, "Connection: keep-alive"), http.StatusUpgradeRequired, "upgrade-needed", ""},
		{but(1, "Upgrade: h2c"), http.StatusUpgradeRequired, "upgrade-needed", ""},
		{but(2, "Sec-WebSocket-Version: 12"), http.StatusBadRequest, "malformed", `"12", want 13`},
		{but(3, "X: y"), http.StatusBadRequest, "malformed", "0 headers"},
		{but(3, "Sec-WebSocket-Key: short"), http.StatusBadRequest, "malformed", `"short"`},
		{append(slices.Clone(upgrade), "Origin: https://evil.example"), http.StatusForbidden, "cross-site", ""},
		{append(slices.Clone(upgrade), "Host: evil.example"), http.StatusForbidden, "wrong-host", ""},
	} {
		got := h.send(http.MethodGet, "/ws", nil, row.header...)
		h.requireError(got, row.status, row.code, row.part)
	}
	h.requireError(h.get("/ws?x=1"), http.StatusBadRequest, "malformed", "")
	require.Equal(t, http.StatusOK, h.get("/").status)
	require.Equal(t, http.StatusUpgradeRequired, h.send(http.MethodHead, "/ws", nil, upgrade...).status)
	require.Equal(t, http.StatusOK, h.send(http.MethodHead, "/", nil, upgrade...).status)
	for _, origin := range []string{h.base, invited} {
		own, _, err := h.dial("/ws", http.Header{"Origin": {origin}})
		require.NoError(t, err, "a page of %s may listen, and nobody needs the token", origin)
		require.NoError(t, own.CloseNow())
	}
}

// The end of the server is told to those that listen.
func TestListenersAtTheEnd(t *testing.T) {
	h := start(t)
	polite := h.listen("/ws")
	ended := make(chan error, 1)
	go func() { ended <- h.stop() }()
	_, _, err := polite.conn.Read(t.Context())
	require.Equal(t, websocket.StatusGoingAway, websocket.CloseStatus(err), "%v", err)
	require.ErrorContains(t, err, "shuts down")
	require.NoError(t, receives(t, ended))
}

// It waits for nobody.
func TestADeafListenerAtTheEnd(t *testing.T) {
	const library = 5 * time.Second // as long as it would wait
	took := library
	for tries := 0; took >= library && tries < 5; tries++ { // whatever else the machine does meanwhile
		took = endWithADeafListener(t)
	}
	require.Less(t, took, library)
}

// endWithADeafListener tells how long a server takes to stop while somebody listens who
// answers nothing.
func endWithADeafListener(t *testing.T) time.Duration {
	h := start(t, func(h *harness) { h.farewell = time.Millisecond })
	deaf, err := net.Dial("tcp", h.address)
	require.NoError(t, err)
	defer deaf.Close()
	_, err = fmt.Fprintf(deaf, "GET / HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", h.address)
	require.NoError(t, err)
	status := make([]byte, 12)
	_, err = io.ReadFull(deaf, status)
	require.NoError(t, err)
	require.Equal(t, "HTTP/1.1 101", string(status))
	began := time.Now()
	require.NoError(t, h.stop())
	return time.Since(began)
}
