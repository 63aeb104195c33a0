package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"syscall"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/stretchr/testify/require"
)

// The flows that well-known tutorials teach, as their readers would play them.

// byHand starts nodes that know nothing of each other, and gives their ports.
func (w *world) byHand(count int, args ...string) (nodes []*program, ports []int) {
	w.t.Helper()
	first := freePorts(w.t, count)
	for i := range count {
		port := first + i
		nodes = append(nodes, w.start("node", append([]string{"-p", strconv.Itoa(port)}, args...)...))
		ports = append(ports, port)
	}
	for _, port := range ports {
		eventually(w.t, func() bool { _, err := tipOf(port); return err == nil }, "node %d does not answer", port)
	}
	return nodes, ports
}

// end ends nodes as Ctrl-C does.
func end(t *testing.T, nodes []*program) {
	t.Helper()
	for _, p := range nodes {
		p.signal(syscall.SIGINT)
	}
	for _, p := range nodes {
		require.Zero(t, p.exitCode())
	}
}

type object = map[string]any

// transactionsOf lists those of a block in an answer.
func transactionsOf(answer object) (list []object) {
	for _, t := range answer["block"].(object)["transactions"].([]any) {
		list = append(list, t.(object))
	}
	return list
}

// Make a transaction, mine it, and have another node take the longer chain.
func TestTutorialOfTwoNodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nodes, ports := w.byHand(2)
	sent := post[object](t, ports[0], "/create-transaction", object{"sender": "addr1", "recipient": "addr2", "amount": 12.5})
	mined := get[object](t, ports[0], "/mine")
	list := transactionsOf(mined)
	require.Len(t, list, 2)
	require.Equal(t, sent["id"], list[1]["id"])
	require.Equal(t, 12.5, list[1]["amount"])
	miner := get[object](t, ports[0], "/node/id")["account"]
	require.Equal(t, "coinbase", list[0]["type"])
	require.Equal(t, miner, list[0]["recipient"])
	require.GreaterOrEqual(t, list[0]["amount"], 1.5)
	account := get[object](t, ports[0], fmt.Sprintf("/accounts/%s", miner))
	require.Equal(t, list[0]["amount"], account["balance"])
	get[object](t, ports[0], "/mine")
	get[object](t, ports[1], "/mine") // a chain of its own, which gives way
	require.Equal(t, 2, chainOf(t, ports[1]).Length)

	post[object](t, ports[1], "/register-node", object{"address": fmt.Sprintf("http://127.0.0.1:%d", ports[0])})
	synced := get[object](t, ports[1], "/sync-chain")
	require.EqualValues(t, 3, synced["length"])
	require.Equal(t, chainOf(t, ports[0]), chainOf(t, ports[1]))
	synced = get[object](t, ports[0], "/sync-chain")
	require.Equal(t, false, synced["replaced"])
	end(t, nodes)
}

// Mine on any node, look at its chain and end it, by its port.
func TestTutorialOfNodesByPort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(3).awaitReady()
	first, last := n.ports[0], n.ports[2]
	mined := post[object](t, n.port, fmt.Sprintf("/mine_block/%d", first), nil)
	require.EqualValues(t, 1, mined["block"].(object)["index"])
	mined = post[object](t, n.port, fmt.Sprintf("/mine_block/%d", last), nil)
	require.EqualValues(t, 2, mined["block"].(object)["index"])
	eventually(t, func() bool { return sameTip(n.ports) }, "the nodes' tips differ")
	for _, port := range n.ports {
		chain := get[chainForm](t, n.port, fmt.Sprintf("/get_chain/%d", port))
		requireValid(t, chain)
		require.Equal(t, 3, chain.Length)
		require.Equal(t, true, get[object](t, n.port, fmt.Sprintf("/validate/%d", port))["valid"])
	}
	added := post[object](t, n.port, "/nodes", nil)
	fresh := int(added["node"].(object)["port"].(float64))
	eventually(t, func() bool { return sameTip(append(n.ports, fresh)) }, "the new node does not catch up")
	post[object](t, n.port, fmt.Sprintf("/mine_block/%d", fresh), nil)
	get[object](t, n.port, fmt.Sprintf("/shutdown/%d", fresh))
	_, err := try[object](http.MethodGet, n.port, fmt.Sprintf("/get_chain/%d", fresh), nil)
	requireRefused(t, err, http.StatusNotFound, "unknown-node")
	require.Len(t, get[nodesForm](t, n.port, "/nodes").Nodes, 3)
	require.Len(t, requireOneChain(t, n.ports).Chain, 4)
	n.stop()
}

// Mine blocks with data, connect nodes, and be told of blocks as they come.
func TestTutorialOfPushedBlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nodes, ports := w.byHand(2)
	require.Len(t, get[object](t, ports[0], "/blocks")["blocks"], 1)
	mined := post[object](t, ports[0], "/mineBlock", object{"data": "Some data to the first block"})
	require.Equal(t, "Some data to the first block", transactionsOf(mined)[0]["data"])
	_, err := try[object](http.MethodPost, ports[0], "/mineBlock", object{})
	requireRefused(t, err, http.StatusBadRequest, "malformed")
	require.Empty(t, get[object](t, ports[0], "/peers")["peers"])

	listener, _, err := websocket.Dial(t.Context(), fmt.Sprintf("ws://127.0.0.1:%d", ports[1]), nil)
	require.NoError(t, err)
	defer listener.CloseNow()
	hear := func() (news object) {
		require.NoError(t, wsjson.Read(t.Context(), listener, &news))
		return news
	}
	require.Equal(t, "tip", hear()["type"])
	post[object](t, ports[1], "/addPeer", object{"peer": fmt.Sprintf("ws://localhost:%d", ports[0])})
	require.Len(t, get[object](t, ports[0], "/peers")["peers"], 1)
	require.Len(t, get[object](t, ports[1], "/peers")["peers"], 1)
	require.Equal(t, mined["block"], hear()["block"])
	second := post[object](t, ports[0], "/mineBlock", object{"data": object{"n": []int{1, 2}}})
	news := hear()
	require.Equal(t, "block", news["type"])
	require.Equal(t, second["block"], news["block"])
	text, err := json.Marshal(transactionsOf(news)[0]["data"])
	require.NoError(t, err)
	require.JSONEq(t, `{"n":[1,2]}`, string(text))
	end(t, nodes)
}
