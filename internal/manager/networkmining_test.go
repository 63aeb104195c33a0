package manager_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
)

// plan has the network mine by a plan.
func (h *harness) plan(body string) reply {
	return h.sendBody(http.MethodPut, "/network/mining", strings.NewReader(body))
}

// mines is how a node mines.
func (h *harness) mines(i int) mining.Settings {
	settings, _ := h.node(i).Mining()
	return settings
}

const paced = `{"mode": "demand", "power": "paced", "hashrate": 1000, "shares": {"n0": 50, "n1": 30, "n2": 20}, "strategies": {"n1": "selfish"}}`

// Each node has its part of the hash power, and its strategy; who has no share does not
// mine.
func TestNetworkMinesByAPlan(t *testing.T) {
	t.Parallel()
	h := start(t, 4)
	before, err := h.client().NetworkMining(t.Context())
	require.NoError(t, err)
	require.Nil(t, before.Plan)
	require.Len(t, before.Nodes, 4)
	require.Nil(t, before.Nodes[0].Share)

	got := h.plan(paced)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, mining.Power{Threads: 1, Hashrate: 500, Paced: true}, h.mines(0).Power)
	require.Equal(t, strategy.Honest, h.mines(0).Strategy.Name)
	require.Equal(t, 300.0, h.mines(1).Hashrate)
	require.Equal(t, strategy.Selfish, h.mines(1).Strategy.Name)
	require.Equal(t, 200.0, h.mines(2).Hashrate)
	require.Equal(t, mining.Off, h.mines(3).Mode)
	now, err := h.client().NetworkMining(t.Context())
	require.NoError(t, err)
	require.Equal(t, "paced", now.Plan.Power)
	require.Equal(t, 0.3, *now.Nodes[1].Share)
	require.Equal(t, "selfish", now.Nodes[1].Mining.Strategy.Name)
	require.Zero(t, *now.Nodes[3].Share)

	got = h.plan(`{"mode": "demand", "hashrate": 1000}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	for i := range 4 {
		require.Equal(t, mining.Settings{Mode: mining.Demand, Power: mining.Power{Threads: 1, Hashrate: 250}, Strategy: strategy.Default()}, h.mines(i))
	}
}

// A plan that is wrong is refused whole.
func TestPlanIsRefused(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	for body, part := range map[string]string{
		`{"mode": "demand", "modus": 1}`:                                                 "modus",
		`{}`:                                                                             "mode is missing",
		`{"mode": "demand", "power": "solar"}`:                                           `power is \"solar\"`,
		`{"mode": "demand", "power": "paced"}`:                                           "hashrate is missing",
		`{"mode": "demand", "shares": {"n0": 1}}`:                                        "hashrate is missing",
		`{"mode": "demand", "hashrate": 9, "shares": {"n7": 1}}`:                         "shares: ",
		`{"mode": "demand", "hashrate": 9, "shares": {"n0": -1}}`:                        "share of n0 is -1",
		`{"mode": "demand", "hashrate": 9, "shares": {"n0": 0}}`:                         "all shares are 0",
		`{"mode": "demand", "strategies": {"n1": "greedy"}}`:                             `name is \"greedy\"`,
		`{"mode": "demand", "strategies": {"n1": "double-spend"}}`:                       "PUT /nodes/n1/mining, or networkmngr strategy, begins it",
		`{"mode": "demand", "strategies": {"n1": {"name": "withhold", "blocks": 5000}}}`: "blocks is 5000",
		`{"mode": "always"}`:                                                             `mode is \"always\"`,
		`{"mode": "interval"}`:                                                           "interval is 0",
		`{"mode": "demand", "hashrate": 1e30}`:                                           "hashrate is",
	} {
		got := h.plan(body)
		require.Contains(t, []int{http.StatusUnprocessableEntity, http.StatusBadRequest}, got.status, body)
		require.Contains(t, got.body, part, body)
		for i := range 2 {
			h.node(i).set(func(n *fakeNode) { require.Zero(t, n.sets, "%s: to go back would show what is withheld", body) })
			require.Equal(t, mining.Default(1), mining.Settings{Mode: h.mines(i).Mode, Power: h.mines(i).Power}, body)
		}
	}
	now, err := h.client().NetworkMining(t.Context())
	require.NoError(t, err)
	require.Nil(t, now.Plan)
}

// All nodes take a plan, or none: one that does not answer has the others mine as before.
func TestPlanIsTakenByAllOrNone(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	require.Equal(t, http.StatusOK, h.plan(paced).status)
	h.node(2).set(func(n *fakeNode) { n.firm = errors.New("no") })
	h.requireError(h.plan(`{"mode": "demand", "hashrate": 7}`), http.StatusBadGateway, "plan-failed", "n2")
	require.Equal(t, 500.0, h.mines(0).Hashrate)
	require.Equal(t, strategy.Selfish, h.mines(1).Strategy.Name)
	now, err := h.client().NetworkMining(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1000.0, now.Plan.Hashrate)
}

// A node that took a plan which another one refused, and could not be told to mine as before,
// is told so with whatever next has nodes mine as planned.
func TestWhoKeepsARefusedPlanIsToldAnew(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 300}`).status)
	h.node(0).set(func(n *fakeNode) {
		n.bidden = func() { n.set(func(n *fakeNode) { n.firm = errors.New("once is enough") }) }
	})
	h.node(1).set(func(n *fakeNode) { n.firm = errors.New("no") })
	h.requireError(h.plan(`{"mode": "demand", "hashrate": 600}`), http.StatusBadGateway, "plan-failed", "n1")
	require.Equal(t, 200.0, h.mines(0).Hashrate)
	for i := range 2 {
		h.node(i).set(func(n *fakeNode) { n.firm, n.bidden = nil, nil })
	}
	h.act("n2", "restart")
	require.Equal(t, 100.0, h.mines(0).Hashrate)
}

// Nodes that start again, come back, go on or are added mine by the plan, as does the
// network that is resumed; what was set at a node since is left to the others.
func TestPlanOutlivesNodes(t *testing.T) {
	t.Parallel()
	h := start(t, 3, holding())
	require.Equal(t, http.StatusOK, h.plan(paced).status)
	h.act("n1", "kill")
	listed, err := h.client().NetworkMining(t.Context())
	require.NoError(t, err)
	require.True(t, listed.Nodes[1].Pending)
	require.NotNil(t, listed.Nodes[1].Error)
	h.act("n1", "restart")
	require.Equal(t, strategy.Selfish, h.mines(1).Strategy.Name)
	require.Equal(t, 300.0, h.mines(1).Hashrate)
	require.Equal(t, http.StatusCreated, h.post("/nodes", "").status)
	require.Equal(t, mining.Off, h.mines(3).Mode)

	h.act("n2", "pause")
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "pending", "power": "paced", "hashrate": 400}`).status)
	require.Equal(t, 200.0, h.mines(2).Hashrate, "it stands still")
	h.act("n2", "resume")
	require.Equal(t, 100.0, h.mines(2).Hashrate)
	set := h.sendBody(http.MethodPut, "/nodes/n0/mining", strings.NewReader(`{"strategy": "empty"}`))
	require.Equal(t, http.StatusOK, set.status, set.body)
	require.Equal(t, http.StatusCreated, h.post("/nodes", "").status)
	require.Equal(t, 80.0, h.mines(0).Hashrate, "one more has the same share")
	require.Equal(t, strategy.Empty, h.mines(0).Strategy.Name, "which was set at the node")
	require.NoError(t, h.stop())

	again := start(t, 3, func(second *harness) {
		second.config.Settings.Data, second.config.Settings.Port = h.config.Settings.Data, h.config.Settings.Port
		second.config.Settings.AmountSet = false
	})
	require.Equal(t, mining.Pending, again.mines(1).Mode)
	require.Equal(t, 80.0, again.mines(1).Hashrate)
}

// Standing still for a while changes nothing of how a node mines, and nobody mines while
// the network stands still.
func TestPlanWhileNodesStandStill(t *testing.T) {
	t.Parallel()
	h := start(t, 3, holding())
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "pending", "power": "paced", "hashrate": 400}`).status)
	set := h.sendBody(http.MethodPut, "/nodes/n0/mining", strings.NewReader(`{"strategy": "empty"}`))
	require.Equal(t, http.StatusOK, set.status, set.body)
	h.act("n0", "pause")
	h.act("n0", "resume")
	require.Equal(t, strategy.Empty, h.mines(0).Strategy.Name)
	require.Equal(t, http.StatusOK, h.post("/network/pause", "").status)
	require.Equal(t, http.StatusCreated, h.post("/nodes", "").status)
	require.Equal(t, mining.Demand, h.mines(3).Mode)
	require.Equal(t, http.StatusOK, h.post("/network/resume", "").status)
	require.Equal(t, strategy.Empty, h.mines(0).Strategy.Name)
	require.Equal(t, mining.Pending, h.mines(3).Mode)
}

// A node that starts again goes on with the strategy that it has kept, unless the plan says
// another one, or is another plan since.
func TestAPlanLeavesWhatANodeHasKept(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 100, "strategies": {"n1": "empty"}}`).status)
	h.launcher.kept = strategy.Settings{Name: strategy.Selfish}
	for i, want := range []strategy.Name{strategy.Selfish, strategy.Empty} {
		h.act(fmt.Sprintf("n%d", i), "restart")
		require.Equal(t, want, h.mines(i).Strategy.Name)
		require.Equal(t, 50.0, h.mines(i).Hashrate)
	}
	h.act("n0", "kill")
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 200}`).status)
	h.act("n0", "restart")
	require.Equal(t, strategy.Honest, h.mines(0).Strategy.Name)
}

// A node that was down while the plan changed is told so by the next manager as well, which
// leaves to the others what they have kept.
func TestANodeThatMissedAPlanIsToldOfItAfterTheManagersStart(t *testing.T) {
	t.Parallel()
	h := start(t, 3, inFolder)
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 300, "strategies": {"n1": "selfish"}}`).status)
	h.act("n1", "kill")
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 300}`).status)
	require.NoError(t, h.stop())

	again := resumeKeeping(t, h, strategy.Selfish)
	require.Equal(t, strategy.Selfish, again.mines(0).Strategy.Name, "set at the node since")
	require.Equal(t, strategy.Honest, again.mines(1).Strategy.Name)
	require.NoError(t, again.stop())
	again = resumeKeeping(t, h, strategy.Empty)
	require.Equal(t, strategy.Empty, again.mines(1).Strategy.Name, "it was told before")
}

// A double spend that is under way is no part of a plan, whether its node is there when the plan
// comes or is told later.
func TestAPlanSparesADoubleSpend(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	for i := range 2 {
		h.node(i).set(func(n *fakeNode) {
			n.mining.Strategy = strategy.Settings{Name: strategy.DoubleSpend, Attack: strategy.Attack{Confirmations: 2, GiveUp: 6}}
		})
	}
	h.act("n1", "pause")
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 300}`).status)
	h.act("n1", "resume")
	for i := range 2 {
		require.Equal(t, strategy.DoubleSpend, h.mines(i).Strategy.Name)
		require.Equal(t, 150.0, h.mines(i).Hashrate)
	}
	h.act("n1", "pause")
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "strategies": {"n1": "honest"}}`).status)
	h.act("n1", "resume")
	require.Equal(t, strategy.Honest, h.mines(1).Strategy.Name, "as the plan says")
}

// A kill while the nodes are told of a plan leaves it half told to nobody: all are told then.
func TestAPlanIsOnDiskBeforeANodeIsTold(t *testing.T) {
	t.Parallel()
	h := start(t, 2, inFolder)
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "demand", "hashrate": 300}`).status)
	path := filepath.Join(h.config.Settings.Data, "mining.json")
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(before), `"told"`)
	var during []byte
	h.node(1).set(func(n *fakeNode) {
		n.firm = errors.New("no")
		n.bidden = func() { during, err = os.ReadFile(path) }
	})
	h.requireError(h.plan(`{"mode": "demand", "hashrate": 7}`), http.StatusBadGateway, "plan-failed", "n1")
	require.NoError(t, err)
	require.Contains(t, string(during), `"hashrate": 7`)
	require.NotContains(t, string(during), `"told"`)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(after), `"hashrate": 300`)
}

// resumeKeeping starts the network of a folder again, whose nodes have kept a strategy.
func resumeKeeping(t *testing.T, h *harness, kept strategy.Name) *harness {
	return start(t, 3, func(next *harness) {
		next.config.Settings = h.config.Settings
		next.config.Settings.AmountSet = false
		next.launcher.kept = strategy.Settings{Name: kept}
	})
}

// What nodes mine by themselves ends as a session does, by the plan or by hand: the plan
// stays but for its mode, and no strategy ends.
func TestStopMiningByAPlan(t *testing.T) {
	t.Parallel()
	h := start(t, 3)
	for _, mode := range []string{`"continuous"`, `"pending"`, `"interval", "interval": 1000`} {
		got := h.plan(`{"mode": ` + mode + `, "power": "paced", "hashrate": 40, "shares": {"n0": 3, "n1": 1}, "strategies": {"n1": "selfish"}}`)
		require.Equal(t, http.StatusOK, got.status, got.body)
		require.Equal(t, http.StatusOK, h.sendBody(http.MethodPut, "/nodes/n0/mining", strings.NewReader(`{"strategy": "empty"}`)).status)
		report, err := h.client().StopMining(t.Context())
		require.NoError(t, err)
		require.Equal(t, "2 nodes no longer mine by themselves; the plan keeps its shares and strategies, and its mode is demand", report.Message)
		require.Equal(t, "demand", report.Plan.Mode)
		require.Equal(t, map[string]float64{"n0": 3, "n1": 1}, report.Plan.Shares)
		now, err := h.client().NetworkMining(t.Context())
		require.NoError(t, err)
		require.Equal(t, report.Plan, now.Plan)
		require.Equal(t, []mining.Mode{mining.Demand, mining.Demand, mining.Off}, []mining.Mode{h.mines(0).Mode, h.mines(1).Mode, h.mines(2).Mode})
		require.Equal(t, []strategy.Name{strategy.Empty, strategy.Selfish}, []strategy.Name{h.mines(0).Strategy.Name, h.mines(1).Strategy.Name})
		require.Equal(t, 30.0, h.mines(0).Hashrate)
		h.requireError(h.get("/stop/mining"), http.StatusConflict, "not-mining", "no mining is under way")
	}
	require.Equal(t, http.StatusOK, h.sendBody(http.MethodPut, "/nodes/n1/mining", strings.NewReader(`{"mode": "continuous"}`)).status)
	report, err := h.client().StopMining(t.Context())
	require.NoError(t, err)
	require.Equal(t, "1 node no longer mines by itself", report.Message)
	require.Nil(t, report.Plan, "it had the mode already")
}

// Who ends a session of its own leaves the plan alone, and is told of it.
func TestStopASessionBesideAPlan(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "interval", "interval": 1000}`).status)
	require.Equal(t, http.StatusAccepted, h.get("/start/mining?continuous=true").status)
	report, err := h.client().StopMining(t.Context())
	require.NoError(t, err)
	require.Contains(t, report.Message, "; the nodes go on by the mining plan, which the next stop ends")
	require.Equal(t, mining.Interval, h.mines(1).Mode)
	report, err = h.client().StopMining(t.Context())
	require.NoError(t, err)
	require.Equal(t, "demand", report.Plan.Mode)
}

// A node that stands still while the plan is stopped is told when it is back.
func TestStopMiningOfWhoStandsStill(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	require.Equal(t, http.StatusOK, h.plan(`{"mode": "interval", "interval": 1000}`).status)
	h.act("n1", "pause")
	require.Equal(t, http.StatusOK, h.get("/stop/mining").status)
	require.Equal(t, mining.Interval, h.mines(1).Mode)
	h.act("n1", "resume")
	require.Equal(t, mining.Demand, h.mines(1).Mode)
}

// A double spend is no part of a plan: it goes on while others' shares change, and ends if the
// plan names another strategy for its node.
func TestADoubleSpendGoesOnBesideAPlan(t *testing.T) {
	t.Parallel()
	h := start(t, 2)
	got := h.sendBody(http.MethodPut, "/nodes/n0/mining", strings.NewReader(`{"mode": "demand", "strategy": {"name": "double-spend", "from": "alice", "merchant": "bob", "amount": 1}}`))
	require.Equal(t, http.StatusOK, got.status, got.body)
	got = h.plan(`{"mode": "demand", "hashrate": 1000, "shares": {"n0": 60, "n1": 40}}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, strategy.DoubleSpend, h.mines(0).Strategy.Name)
	require.Equal(t, 600.0, h.mines(0).Hashrate)
	got = h.plan(`{"mode": "demand", "strategies": {"n0": "honest"}}`)
	require.Equal(t, http.StatusOK, got.status, got.body)
	require.Equal(t, strategy.Honest, h.mines(0).Strategy.Name)
}
