package command

import (
	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/terminal"
)

func versionCommand() *cobra.Command {
	return printing(&cobra.Command{
		Use:   "version",
		Short: "Tell the program's version",
		Long: `Tell the program's version. With --json: software, revision, modified, go and
platform.`,
	}, func(_ *cobra.Command, out *terminal.Output) error {
		v := config.ThisVersion()
		return out.Result(v, func() { out.Printf("%s\n", v) })
	})
}

// tellVersion gives a program the flag --version.
func tellVersion(command *cobra.Command) {
	command.Version = config.ThisVersion().String()
	command.SetVersionTemplate("{{.Version}}\n")
}
