package command

import (
	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/daemon"
	"networkmngr/internal/launch/process"
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
				outliveReaders()
				err = daemon.Run(command.Context(), settings)
			}
			return daemon.ReportFailure(err)
		},
	}
	config.NodeFlags(command.Flags())
	tellVersion(command)
	command.AddCommand(dataCommand())
	return command
}

// dataCommand is for managers, which have the data of their nodes read and removed by
// the nodes' own program.
func dataCommand() *cobra.Command {
	return &cobra.Command{
		Use:     process.DataCommand + " WHAT FOLDER...",
		Short:   "Do with the data of nodes what a manager asks for",
		Long:    "Tell which chains the data folders of nodes hold, or remove chains that have not\nbegun, or folders. A manager asks for it, which prints what comes of it.",
		Example: "  node " + process.DataCommand + " chains data/node-5000 data/node-5001",
		Hidden:  true,
		Args:    cobra.MinimumNArgs(2),
		RunE: func(command *cobra.Command, args []string) error {
			return daemon.ReportFailure(daemon.Data(command.Context(), args))
		},
	}
}
