package command

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/terminal"
)

// Screen shows a network at the process's terminal until the user quits or ctx ends. find
// leads to its manager, which may have another address after a restart.
type Screen func(ctx context.Context, find func(context.Context) (*client.Manager, error)) error

var errNoScreen = errors.New("watch draws on a terminal, and this is none that it can draw on; networkmngr events -f prints what happens, line by line")

func watchCommand(show Screen) *cobra.Command {
	command := &cobra.Command{
		Use:   "watch",
		Short: "Show the network live in the terminal, with keys that act on it",
		Long: `Show the network live in the terminal: its nodes, the tree of blocks with its
forks, and what happens. Keys have nodes mine, kill, restart, pause, add and
remove them; ? explains the keys and the signs.

It goes on through restarts of nodes and of the manager. q ends it, not the
network. Where output is no terminal, use networkmngr events -f.`,
		Example: `  networkmngr watch
  networkmngr watch --manager http://127.0.0.1:4999
  NO_COLOR=1 networkmngr watch`,
		Args: noArguments,
	}
	config.ClientFlags(command.Flags())
	command.RunE = func(command *cobra.Command, _ []string) error {
		settings, err := config.LoadClient(command.Flags())
		if err != nil {
			return err
		}
		if !terminal.IsScreen(command.InOrStdin()) || !terminal.IsScreen(command.OutOrStdout()) {
			return misuse(errNoScreen)
		}
		n, err := reach(command.Context(), settings)
		if err != nil {
			return err
		}
		defer n.http.CloseIdleConnections()
		return show(command.Context(), n.again(settings))
	}
	return command
}

// again leads to the network's manager anew: by its record, as it may have another
// address by now, or else where it is said to be.
func (n *network) again(settings config.ClientSettings) func(context.Context) (*client.Manager, error) {
	return func(ctx context.Context) (*client.Manager, error) {
		found, err := findNetwork(settings)
		if err != nil {
			return nil, err
		}
		if found.record != nil {
			err = n.trust.Know(found.record.Fingerprint)
		}
		found.http = n.http // whose connections are closed at the end
		found.client = client.NewManager(found.url, found.token, n.http)
		return found.client, errors.Join(err, found.check(ctx))
	}
}
