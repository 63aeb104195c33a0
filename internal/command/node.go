package command

import (
	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/daemon"
)

// Node is the command that runs one node.
func Node() *cobra.Command {
	command := &cobra.Command{
		Use:   "node",
		Short: "Run one node",
		Long: `Run one node of a network. It stands alone until it is told of others, by
--peers, by POST /nodes/register, or by a manager. Ctrl-C or /shutdown ends it.`,
		Example: `  node -p 5000
  node -p 5001 --peers 127.0.0.1:5000
  curl 127.0.0.1:5000/mine`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			settings, err := config.LoadNode(command.Flags())
			if err == nil {
				err = daemon.Run(command.Context(), settings)
			}
			return daemon.ReportFailure(err)
		},
	}
	config.NodeFlags(command.Flags())
	return command
}
