package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver/guard"
	"networkmngr/internal/types"
)

// says sends a message of a tutorial's peer.
func (l *listener) says(text string) {
	l.Helper()
	require.NoError(l, l.conn.Write(l.Context(), websocket.MessageText, []byte(text)))
}

// saysWrong says what is answered with what is wrong with it.
func (l *listener) saysWrong(text, part string) {
	l.Helper()
	l.says(text)
	var told api.Misheard
	l.hearAs("Misheard", &told)
	require.Equal(l, api.ErrorNews, told.Type)
	require.Contains(l, told.Error.Message, part)
}

// answered takes the answer to a query, or a push in its form.
func (l *listener) answered() (blocks []types.Block) {
	l.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	_, text, err := l.conn.Read(ctx)
	require.NoError(l, err)
	var message map[string]any
	require.NoError(l, json.Unmarshal(text, &message), string(text))
	require.Len(l, message, 2)
	require.EqualValues(l, 2, message["type"])
	require.NoError(l, description().Fits("#/components/schemas/BlocksMessage", message), string(text))
	require.NoError(l, json.Unmarshal([]byte(message["data"].(string)), &blocks), string(text))
	return blocks
}

// blocks is the main chain.
func (h *harness) blocks() (list []types.Block) {
	for height := range h.node.chain.Tip().Height + 1 {
		id, _ := h.node.chain.IDAt(height)
		block, err := h.node.chain.Block(id)
		require.NoError(h, err)
		list = append(list, block)
	}
	return list
}

func TestQueries(t *testing.T) {
	h := start(t)
	h.extend(2)
	_, err := h.node.Mine(t.Context(), 1, []byte(`{"quoted":"\"\\\n<&>\u0001"}`))
	require.NoError(t, err)
	for _, path := range []string{"/", "/ws"} {
		for _, all := range []string{`{"type":1}`, `{"type": "QUERY_ALL", "data": null}`} {
			l := h.listen(path)
			l.says(all)
			require.Equal(t, plain(t, h.blocks()), plain(t, l.answered()))
		}
		for _, latest := range []string{`{"type":0}`, `{"type": "QUERY_LATEST", "data": null}`} {
			l := h.listen(path)
			l.says(latest)
			require.Equal(t, plain(t, h.blocks()[3:]), plain(t, l.answered()))
		}
	}
}

// Who has asked is told of new blocks in the form of the answer, those of a reorg
// too, and can ask again; others are told as before.
func TestNewBlocksComeAsTheyWereAskedFor(t *testing.T) {
	h := start(t)
	asks, other := h.listen("/"), h.listen("/")
	asks.says(`{"type":0}`)
	require.Len(t, asks.answered(), 1)
	h.extend(2)
	for height := range uint64(2) {
		pushed := asks.answered()
		require.Len(t, pushed, 1)
		require.Equal(t, height+1, pushed[0].Height())
	}
	other.catchUp()
	_, err := h.node.chain.Replace(rival(4))
	require.NoError(t, err)
	for _, want := range h.blocks()[1:] {
		require.Equal(t, []types.Hash{want.Hash()}, hashes(asks.answered()))
	}
	other.catchUp()
	asks.says(`{"type":1}`)
	require.Equal(t, hashes(h.blocks()), hashes(asks.answered()))
}

func hashes(blocks []types.Block) (list []types.Hash) {
	for i := range blocks {
		list = append(list, blocks[i].Hash())
	}
	return list
}

// told is a message with blocks.
func told(t *testing.T, blocks ...types.Block) string {
	return plain(t, map[string]any{"type": 2, "data": plain(t, blocks)})
}

// A chain with more work is taken, and a block after it; what is no better is not.
func TestBlocksOfAListener(t *testing.T) {
	h, other := start(t), start(t)
	other.extend(3)
	better := other.blocks()
	l := h.listen("/")
	l.says(told(t, better[:3]...))
	l.follow()
	l.follow()
	require.Equal(t, better[2].Hash(), h.node.chain.Tip().ID)
	l.says(told(t, better[:2]...))
	l.says(told(t, better[1:]...))
	l.saysWrong(strings.Replace(told(t, better...), `\"nonce\":`, `\"nonce\":1`, -1), "hashes to")
	l.saysWrong(told(t), "no block")
	l.says(told(t, better[3]))
	l.follow()
	require.Equal(t, better, h.blocks())
}

// While another client's chain comes, a listener's is not taken, a block of his is, and
// he is heard on.
func TestChainOfAListenerWhileAnotherComes(t *testing.T) {
	h, other := start(t), start(t)
	other.extend(3)
	better := other.blocks()
	body, sender := io.Pipe()
	first := make(chan reply, 1)
	go func() { first <- h.send(http.MethodPost, "/chain/replace", body) }()
	_, err := io.WriteString(sender, `{"chain":[`)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		return h.post("/chain/replace", "{}").status == http.StatusTooManyRequests
	}, soon, 1)
	l := h.listen("/")
	l.says(told(t, better...))
	l.says(told(t, better[1]))
	l.follow()
	require.Equal(t, better[1].Hash(), h.node.chain.Tip().ID)
	require.Regexp(t, `\[DEBUG\] refused the blocks of a listener: client=\S+ error="busy: another chain is being checked"\n`, h.log.String())
	require.NoError(t, sender.Close())
	h.requireError(receives(t, first), http.StatusBadRequest, "malformed", "")
	l.says(told(t, better...))
	l.follow()
	l.follow()
	require.Equal(t, better, h.blocks())
	l.says(`{"type":0}`)
	require.Len(t, l.answered(), 1)
	require.Regexp(t, `\[DEBUG\] took the blocks of a listener: client=\S+\n`, h.log.String())
}

// Who may not change the node has no chain of his taken, and none of that size read.
func TestBlocksOfAStranger(t *testing.T) {
	h, other := start(t, func(h *harness) { h.config.Guard = guard.Guard{Token: "s3cret"} }), start(t)
	other.extend(1)
	l := h.listen("/")
	l.saysWrong(told(t, other.blocks()[1:]...), "only from who may change the node")
	l.says(`{"type":0}`)
	require.Len(t, l.answered(), 1)
	require.Zero(t, h.node.chain.Tip().Height)
	l.says(strings.Repeat(" ", 5<<10))
	_, _, err := l.conn.Read(t.Context())
	require.Equal(t, websocket.StatusMessageTooBig, websocket.CloseStatus(err))
}

// What is no query is answered with what is wrong with it, and the listener is heard on.
func TestWhatIsNoQuery(t *testing.T) {
	h := start(t)
	l := h.listen("/")
	for _, text := range []string{
		`{"type":2,"data":"[]"}`, `{"type":2}`, `{"type":2,"data":[]}`, `{"type":2,"data":"junk"}`, `{"type":0,"type":1}`, `{"TYPE":0}`, `{"type":0}{}`, `{"type":7}`, `{"type":"0"}`, `{"type":null}`, `{}`, `[]`, `0`, `{"type":0`, "", "\xff",
		`{"type":` + strings.Repeat("[", 2000),
	} {
		l.saysWrong(text, "")
	}
	l.saysWrong(`{"type":"hello"}`, `type is "hello", want 0 for the last block, 1 for all, or 2`)
	l.saysWrong(`{}`, "type is missing")
	l.saysWrong(`{"type":2}`, "data is missing")
	l.saysWrong("junk", `want a message such as {"type": 0}: malformed JSON form: cannot be read as JSON at byte 0: "junk"`)
	l.saysWrong(`{"type":2,"data":"nonsense"}`, `cannot be read as JSON at byte 1: "nonsense"`)
	h.extend(1)
	l.follow()
	l.says(`{"type":0}`)
	require.Len(t, l.answered(), 1)
}
