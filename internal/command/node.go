package command

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"networkmngr/internal/config"
	"networkmngr/internal/daemon"
	"networkmngr/internal/launch/process"
)

// nodeName is the sub-command that runs one node.
const nodeName = "node"

// Program is the command of the program networkmngr for its arguments: that of Manager, or
// one with no other sub-command than Node if they are for that, or with none if they start a
// network. It is many processes, and none of them has a use for the flags of all the others.
func Program(args []string, show Screen) *cobra.Command {
	switch {
	case len(args) > 0 && args[0] == nodeName: // first of all: most processes are nodes
		root := &cobra.Command{Use: program}
		root.AddCommand(Node())
		return root
	case startsNetwork(args):
		return networkCommand()
	default:
		return Manager(show)
	}
}

// startsNetwork reports whether arguments are nothing but a manager's flags.
func startsNetwork(args []string) bool {
	flags := pflag.NewFlagSet(program, pflag.ContinueOnError)
	flags.Usage = func() {} // of --help, for which there is more to show
	config.ManagerFlags(flags)
	return flags.Parse(args) == nil && flags.NArg() == 0
}

// Node is the command that runs one node.
func Node() *cobra.Command {
	command := &cobra.Command{
		Use:   nodeName,
		Short: "Run one node",
		Long: `Run one node of a network. It stands alone until it is told of others, by
--peers or --seeds, by POST /nodes/register, or by a manager. Ctrl-C or /shutdown ends it.`,
		Example: `  node -p 5000
  node -p 5001 --peers 127.0.0.1:5000
  node -p 5002 --seeds 127.0.0.1:42020
  curl 127.0.0.1:5000/mine`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			settings, err := config.LoadNode(command.Flags())
			if err == nil {
				err = runNode(command.Context(), settings)
			}
			return daemon.ReportFailure(err)
		},
	}
	config.NodeFlags(command.Flags())
	tellVersion(command)
	command.AddCommand(dataCommand())
	return command
}

// runNode runs a node, or a bootstrap node.
func runNode(ctx context.Context, settings config.NodeSettings) error {
	outliveReaders()
	if settings.Bootstrap {
		return daemon.RunBootstrap(ctx, settings)
	}
	return daemon.Run(ctx, settings)
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
