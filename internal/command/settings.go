package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/terminal"
)

func configCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "config",
		Short: "Show the settings in force, and where each comes from",
		Long: `Show the settings that networkmngr, given the same flags here and now, would
start with, and where each comes from: a flag, the environment, a file, or the
default. A token does not show.

With --json, a list of setting, value and source.`,
		Example: `  networkmngr config
  networkmngr config -p 6000 --json
  NETWORKMNGR_AMOUNT=12 networkmngr config`,
	}
	config.ManagerFlags(command.Flags())
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		explained, err := config.ExplainManager(command.Flags())
		if err != nil {
			return err
		}
		return out.Result(explained, func() { printSettings(out, explained) })
	})
}

func printSettings(out *terminal.Output, explained []config.Explained) {
	rows := make([][]any, len(explained))
	for i, e := range explained {
		value := fmt.Sprint(e.Value)
		if list, ok := e.Value.([]string); ok {
			value = strings.Join(list, ",")
		}
		if strings.TrimSpace(value) == "" {
			value = none
		}
		rows[i] = []any{e.Name, value, e.Source}
	}
	out.Table([]string{"setting", "value", "from"}, rows)
}
