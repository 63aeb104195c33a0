package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/stretchr/testify/require"
)

// The flows that well-known tutorials teach, as their readers would play them.

// byHand starts nodes that know nothing of each other, and returns their ports.
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
	require.EqualValues(t, 1, sent["block_index"])
	mined := get[object](t, ports[0], "/mine")
	require.Equal(t, mined["block"], mined["block_data"])
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
	require.Len(t, synced["chain"], 3)
	require.Equal(t, chainOf(t, ports[0]), chainOf(t, ports[1]))
	synced = get[object](t, ports[0], "/sync-chain")
	require.Equal(t, false, synced["replaced"])
	end(t, nodes)
}

// Two nodes that know each other mine apart; the one with less work takes the other's
// chain when it is told to, and not before.
func TestTutorialOfAChainBeforeAndAfterTheSync(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nodes, ports := w.byHand(2, "--no-relay")
	for i, port := range ports {
		post[object](t, port, "/register-node", object{"address": fmt.Sprintf("http://127.0.0.1:%d", ports[1-i])})
	}
	post[object](t, ports[0], "/create-transaction", object{"sender": "addr1", "recipient": "addr2", "amount": 3})
	get[object](t, ports[0], "/mine")
	get[object](t, ports[0], "/mine")
	get[object](t, ports[1], "/mine")
	before, longer := chainOf(t, ports[1]), chainOf(t, ports[0])
	require.Equal(t, []int{2, 3}, []int{before.Length, longer.Length})
	require.Equal(t, false, get[object](t, ports[0], "/sync-chain")["replaced"])
	require.Equal(t, before, chainOf(t, ports[1]), "the other is not told")
	synced := get[object](t, ports[1], "/sync-chain")
	require.Equal(t, true, synced["replaced"])
	require.Len(t, synced["chain"], 3)
	require.Equal(t, longer, chainOf(t, ports[1]))
	names := get[object](t, ports[1], "/blocks/1?details=true")["names"]
	miner := get[object](t, ports[0], "/node/id")["account"].(string)
	require.Equal(t, address(ports[0]), names.(object)[miner], "by whom it was mined")
	require.Len(t, names, 3, "and who paid whom")
	end(t, nodes)
}

// The requests that are typed as they stand there, with 0.0.0.0.
func TestTutorialTypedAsItStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(3, "--genesis", w.lightGenesis("light")).awaitReady()
	typed := func(port int, path string) (answer object) {
		response, err := client.Get(fmt.Sprintf("http://0.0.0.0:%d%s", port, path))
		require.NoError(t, err)
		defer response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
		return answer
	}
	info := typed(n.ports[0], "/node/id")
	require.Len(t, info["id"], 64)
	require.Equal(t, address(n.ports[0]), info["address"])
	require.Len(t, info["nodes"], 2)
	require.Len(t, typed(n.ports[0], "/chain")["chain"], 1)
	require.Equal(t, "3 mining requests sent", typed(n.port, "/start/mining?min=0s&max=0s")["message"])
	require.Len(t, typed(n.ports[2], "/chain")["chain"], 4)
	require.Equal(t, "3 nodes stopped", typed(n.port, "/shutdown/all")["message"])
	n.requireCleanEnd()
}

// Name a neighbour first, and start it then.
func TestTutorialOfANodeThatComesLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := freePorts(t, 2)
	begin := func(port int) *program {
		node := w.start("node", "-p", strconv.Itoa(port))
		eventually(t, func() bool { _, err := tipOf(port); return err == nil }, "node %d does not answer", port)
		return node
	}
	one := begin(first)
	registered := post[object](t, first, "/register-node", object{"address": fmt.Sprintf("http://127.0.0.1:%d", first+1)})
	require.EqualValues(t, 1, registered["node_count"])
	require.Equal(t, []any{address(first + 1)}, registered["nodes"])
	get[object](t, first, "/mine")
	two := begin(first + 1)
	for _, port := range []int{first, first + 1} {
		eventually(t, func() bool { return len(get[object](t, port, "/peers")["peers"].([]any)) == 1 }, "they do not meet")
	}
	require.Len(t, get[object](t, first+1, "/sync-chain")["chain"], 2)
	end(t, []*program{one, two})
}

// Nodes find each other by a node that all of them know and introduce themselves to.
func TestTutorialOfABootstrapNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nodes, ports := w.byHand(3)
	bootstrap := ports[0]
	place := func(port int) object { return object{"ip_address": "127.0.0.1", "port": port} }
	listed := func(port int, body any) (list []any) {
		list, err := try[[]any](http.MethodGet, port, "/nodes/", body)
		require.NoError(t, err)
		for i, entry := range list { // which says who it is besides
			list[i] = object{"ip_address": entry.(object)["ip_address"], "port": int(entry.(object)["port"].(float64))}
		}
		return list
	}
	require.Contains(t, post[object](t, bootstrap, "/", nil)["message"], "a node of network dev")
	require.Empty(t, listed(bootstrap, nil))
	require.Equal(t, []any{place(ports[1])}, listed(bootstrap, place(ports[1])))
	require.Contains(t, post[object](t, bootstrap, "/", place(ports[2]))["message"], "connected")
	require.Equal(t, []any{place(ports[1]), place(ports[2])}, listed(bootstrap, nil))
	eventually(t, func() bool { return len(listed(ports[1], nil)) == 2 }, "a node does not hear of the other")

	before := get[object](t, ports[1], "/blockchain/")
	require.EqualValues(t, 0, before["height"])
	get[object](t, ports[1], "/mine")
	eventually(t, func() bool { return sameTip(ports) }, "the block does not come to all")
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
	post[object](t, last, "/shutdown", nil)
	eventually(t, func() bool { return len(get[nodesForm](t, n.port, "/nodes").Nodes) == 2 }, "a node that ends does not leave the list")
	n.ports = n.ports[:2]
	require.Len(t, requireOneChain(t, n.ports).Chain, 4)
	n.signal(syscall.SIGTERM)
	require.Zero(t, n.exitCode())
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

	asked := func() (blocks []object) {
		answer := hear()
		require.EqualValues(t, 2, answer["type"])
		require.NoError(t, json.Unmarshal([]byte(answer["data"].(string)), &blocks))
		return blocks
	}
	require.NoError(t, wsjson.Write(t.Context(), listener, object{"type": 0}))
	require.Equal(t, []object{second["block"].(object)}, asked())
	require.NoError(t, wsjson.Write(t.Context(), listener, object{"type": 1}))
	require.Len(t, asked(), 3)
	third := post[object](t, ports[0], "/mineBlock", object{"data": 3})
	require.Equal(t, []object{third["block"].(object)}, asked())

	require.NoError(t, wsjson.Write(t.Context(), listener, object{"type": 1}))
	better := hear()
	alone, others := w.byHand(1)
	other, _, err := websocket.Dial(t.Context(), fmt.Sprintf("ws://127.0.0.1:%d", others[0]), nil)
	require.NoError(t, err)
	defer other.CloseNow()
	require.NoError(t, wsjson.Write(t.Context(), other, better))
	eventually(t, func() bool { return sameTip(append(others, ports...)) }, "a better chain is not taken")
	end(t, append(nodes, alone...))
}

// put sends settings, which must be taken.
func put(t *testing.T, port int, settings object) object {
	t.Helper()
	answer, err := try[object](http.MethodPut, port, "/blockchain", settings)
	require.NoError(t, err)
	return answer
}

// Set up a blockchain of one's own before its first block, and find each block
// in a file.
func TestTutorialOfABlockchainWithFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nodes, ports := w.byHand(1, "--data", w.path("mine"), "-bf", w.path("blocks"), "-bt=block")
	port := ports[0]
	before := get[object](t, port, "/blockchain")
	require.Equal(t, "dev", before["name"])
	wanted := get[object](t, port, "/blockchain/")
	wanted["name"], wanted["block_time"], wanted["block_reward"] = "class", 1, 25
	set := put(t, port, wanted)
	require.Equal(t, "class", set["name"])
	require.NotEqual(t, before["genesis"], set["genesis"])
	require.Equal(t, set, get[object](t, port, "/blockchain"))
	mined := get[object](t, port, "/mine")
	require.Equal(t, 25.0, transactionsOf(mined)[0]["amount"])
	_, err := try[object](http.MethodPut, port, "/blockchain", object{"name": "late"})
	requireRefused(t, err, http.StatusConflict, "chain-begun")
	w.awaitBlockFile(1, mined["block"].(object)["hash"])

	others, otherPorts := w.byHand(1, "--data", w.path("other"))
	_, err = try[object](http.MethodPost, otherPorts[0], "/register-node", object{"address": address(port)})
	requireRefused(t, err, http.StatusUnprocessableEntity, "bad-node")
	require.Equal(t, set["genesis"], put(t, otherPorts[0], wanted)["genesis"])
	get[object](t, otherPorts[0], "/mine?count=3")
	post[object](t, otherPorts[0], "/register-node", object{"address": address(port)})
	get[object](t, port, "/sync-chain") // to the other's chain, which is longer
	for index, hash := range chainOf(t, otherPorts[0]).hashes() {
		w.awaitBlockFile(index, hash)
	}
	end(t, others)
	end(t, nodes)

	again := w.start("node", "-p", strconv.Itoa(port), "--data", w.path("mine"))
	eventually(t, func() bool { _, err := tipOf(port); return err == nil }, "node %d does not answer", port)
	after := get[object](t, port, "/blockchain")
	require.Equal(t, set["genesis"], after["genesis"])
	require.EqualValues(t, 3, after["height"])
	end(t, []*program{again})
	refused := w.start("node", "-p", strconv.Itoa(port), "--data", w.path("mine"), "--genesis", w.lightGenesis("light"))
	require.Equal(t, 2, refused.exitCode())
	require.Contains(t, refused.stderr.String(), `holds another network: "class"`)
}

// awaitBlockFile waits until a block's file holds the block with this hash.
func (w *world) awaitBlockFile(index int, hash any) {
	w.t.Helper()
	eventually(w.t, func() bool {
		var block object
		text, err := os.ReadFile(w.path("blocks", fmt.Sprintf("block%d.json", index)))
		return err == nil && json.Unmarshal(text, &block) == nil && block["hash"] == hash
	}, "block%d.json is not as it should be", index)
}

// Killed at any moment of the change, a node comes back on the one network or
// the other, and can be set again.
func TestANodeIsKilledWhileItsNetworkChanges(t *testing.T) {
	t.Parallel()
	w, random := newWorld(t), newRand(t)
	port := freePorts(t, 1)
	genesis := map[any]bool{}
	for round := range 2 * *rounds {
		p := w.start("node", "-p", strconv.Itoa(port), "--data", w.path("mine"))
		eventually(t, func() bool { _, err := tipOf(port); return err == nil }, "the node does not come back")
		before := get[object](t, port, "/blockchain")
		if len(genesis) > 0 {
			require.True(t, genesis[before["genesis"]], before)
		}
		wanted := object{"name": fmt.Sprintf("round %d", round)}
		changed := make(chan object, 1)
		go func() {
			answer, _ := try[object](http.MethodPut, port, "/blockchain", wanted) // which the kill may break off
			changed <- answer
		}()
		time.AfterFunc(upTo(random, 30*time.Millisecond), p.kill)
		<-p.ended
		genesis = map[any]bool{before["genesis"]: true}
		if answer := <-changed; answer != nil {
			genesis = map[any]bool{answer["genesis"]: true}
		} else {
			genesis[nextGenesis(t, w, wanted)] = true
		}
	}
}

// nextGenesis is that of the network which the dev one becomes with settings.
func nextGenesis(t *testing.T, w *world, settings object) any {
	t.Helper()
	nodes, ports := w.byHand(1, "--data", t.TempDir())
	set := put(t, ports[0], settings)
	end(t, nodes)
	return set["genesis"]
}

// One request sets the network up on every node, and on those that come later.
func TestTutorialOfANetworksSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.launch(3, "--data", w.path("data"), "--blocks", w.path("blocks")).awaitReady()
	wanted := get[object](t, n.port, "/blockchain/")
	wanted["name"], wanted["block_time"], wanted["block_reward"] = "class", 1, 12.5
	set := put(t, n.port, wanted)
	wanted["height"] = 3
	_, err := try[object](http.MethodPut, n.port, "/blockchain/", wanted)
	requireRefused(t, err, http.StatusUnprocessableEntity, "bad-settings")
	require.Equal(t, set, requireOneNetwork(n))
	_, err = try[object](http.MethodPut, n.ports[0], "/blockchain", object{"name": "alone"})
	requireRefused(t, err, http.StatusConflict, "managed")
	requireLinked(t, n)
	report := get[reportForm](t, n.port, "/start/mining?min=0s&max=0s")
	require.Equal(t, 3, report.Mined)
	chain := requireOneChain(t, n.ports)
	require.Equal(t, set["genesis"], chain.Chain[0].Hash)
	_, err = try[object](http.MethodPut, n.port, "/blockchain", object{"name": "late"})
	requireRefused(t, err, http.StatusConflict, "chain-begun")
	fresh := int(post[object](t, n.port, "/nodes", nil)["node"].(object)["port"].(float64))
	eventually(t, func() bool { return sameTip(append(n.ports, fresh)) }, "the new node does not catch up")
	eventually(t, func() bool {
		files, err := filepath.Glob(w.path("blocks", strconv.Itoa(fresh), "block*.json"))
		return err == nil && len(files) == 4
	}, "the new node's files")
	n.stop()
	n = w.launchAt(n.port, 3, "--data", w.path("data")).awaitReady()
	require.Equal(t, chain, requireOneChain(t, n.ports))
	n.stop()
}
