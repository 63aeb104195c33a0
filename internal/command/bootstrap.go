package command

import (
	"github.com/spf13/cobra"

	"networkmngr/internal/config"
)

// bootstrapCommand is "node --bootstrap" by a name of its own.
func bootstrapCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "bootstrap",
		Short: "Run a bootstrap node, which brings nodes together",
		Long: `Run a bootstrap node. It holds no chain and is nobody's peer: nodes that name it
with --seeds introduce themselves, and are told of each other. It tells of a node for as
long as that answers, and still knows all of them when it starts again. Nodes that have met
need it no more. Ctrl-C or /shutdown ends it.`,
		Example: `  networkmngr bootstrap -p 42020
  node -p 5000 --seeds 127.0.0.1:42020
  node -p 5001 --seeds 127.0.0.1:42020
  curl 127.0.0.1:42020/nodes/`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			settings, err := config.LoadBootstrap(command.Flags())
			if err != nil {
				return err
			}
			return runNode(command.Context(), settings)
		},
	}
	config.BootstrapFlags(command.Flags())
	return command
}
