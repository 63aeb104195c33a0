package command

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
)

// The nodes of two managers are shown with their machines, and one machine is taken out.
func TestCommandsOnTwoMachines(t *testing.T) {
	first := startNetwork(t, 1)
	require.Contains(t, first.run("machines").fine().stdout, "no other manager")
	second := startNetwork(t, 1, "--genesis="+first.genesis, "--join="+first.record.URL)
	there := shortMachine(second.record.URL)
	until(t, "the second machine's node", func() bool {
		machines := decode[api.Machines](t, first.run("machines", "--json").fine().stdout).Machines
		return first.status().Running == 2 && len(machines) == 1 && machines[0].State == api.MachineJoined
	})
	for _, command := range []string{"machines", "nodes", "status"} {
		require.Contains(t, first.run(command).fine().stdout, there, command)
	}
	require.Equal(t, second.record.URL, first.status().Nodes[1].Machine)
	require.Contains(t, second.run("machines").fine().stdout, first.record.URL)

	first.run("machines", "remove", "127.0.0.1:1").ends(exitMisuse, "machines remove: no such manager")
	require.Contains(t, first.run("machines", "remove", second.record.URL).fine().stdout, "no longer of the network")
	until(t, "the second manager's end", func() bool { return hasEnded(second.record.PID) })
	require.Equal(t, 1, first.status().Running)
}
