package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

// Why a node does not answer has its own line, as it is too long for a cell.
func TestTablesOfNodesThatDoNotAnswer(t *testing.T) {
	why := "the node has ended (killed by signal 9: out of memory, or by hand); POST /nodes/n1/restart starts it again"
	mines := &api.Mining{Hashrate: 12_300, Searching: true, Blocks: 3}
	rests := &api.Mining{Hashrate: 45_600, Blocks: 2}
	for name, print := range map[string]func(*terminal.Output){
		"mining plan": func(out *terminal.Output) {
			printPlan(out, api.NetworkMining{Nodes: []api.PlannedNode{
				{Node: "n0", Mining: mines}, {Node: "n1", Error: &why}, {Node: "n2", Share: new(0.0), Mining: rests},
			}})
		},
		"mining": func(out *terminal.Output) {
			printMining(out, []nodeMining{{Node: "n0", Mining: mines}, {Node: "n1", Error: &why}})
		},
		"clock": func(out *terminal.Output) {
			wanted := api.ClockSetting{Offset: "-1h0m0s", Drift: "-50ppm"}
			printClocks(out, api.LabClock{Nodes: []api.NodeClock{{Node: "n0", Wanted: wanted, Clock: &api.Clock{}}, {Node: "n1", Wanted: wanted, Error: &why}}})
		},
		"status": func(out *terminal.Output) {
			printStatus(out, statusForm{Nodes: []nodeStatus{{Node: "127.0.0.1:5001", Name: "n1", Error: &why}}})
		},
	} {
		out, text := screen()
		print(out)
		for line := range strings.Lines(text.String()) {
			require.LessOrEqual(t, terminal.Width(strings.TrimSuffix(line, "\n")), terminal.Columns, "%s: %s", name, line)
		}
		require.Contains(t, strings.Join(strings.Fields(text.String()), " "), ": "+why, name)
	}
}

// A node that does not search has no hash rate, whatever it had when it did.
func TestPlanOfANodeThatRests(t *testing.T) {
	out, text := screen()
	printPlan(out, api.NetworkMining{Nodes: []api.PlannedNode{
		{Node: "n0", Mining: &api.Mining{Hashrate: 12_300, Searching: true}}, {Node: "n1", Share: new(0.0), Mining: &api.Mining{Hashrate: 45_600}},
	}})
	require.Contains(t, text.String(), "12.3 kH/s")
	require.NotContains(t, text.String(), "45.6 kH/s")
}
