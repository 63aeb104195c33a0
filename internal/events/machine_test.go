package events

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAMachinesChangeInWords(t *testing.T) {
	for _, row := range []struct{ before, state, want string }{
		{"joining", MachineJoined, "the manager at http://b has joined the network, with n1, n2"},
		{MachineSilent, MachineJoined, "the manager at http://b answers again"},
		{MachineLeft, MachineJoined, "the manager at http://b has joined the network, with n1, n2"},
		{MachineJoined, MachineSilent, "the manager at http://b does not answer: it is gone, or cut off"},
		{MachineJoined, MachineLeft, "the manager at http://b has ended, and with it n1, n2"},
		{MachineSilent, MachineRemoved, "the manager at http://b was taken out of the network, and with it n1, n2"},
	} {
		require.Equal(t, row.want, MachineChanged{URL: "http://b", Before: row.before, State: row.state, Nodes: []string{"n1", "n2"}}.String())
	}
}
