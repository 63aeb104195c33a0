package command

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/terminal"
)

// versionForm is what "version --json" prints.
type versionForm struct {
	Software string `json:"software"` // name and version
	Revision string `json:"revision"` // of the source; empty if it is not known
	Modified bool   `json:"modified"` // the source was not exactly that
	Go       string `json:"go"`
	Platform string `json:"platform"` // "linux/amd64"
}

func versionCommand() *cobra.Command {
	return printing(&cobra.Command{
		Use:   "version",
		Short: "Tell the program's version",
		Long: `Tell the program's version. With --json: software, revision, modified, go and
platform.`,
	}, func(_ *cobra.Command, out *terminal.Output) error {
		v := thisVersion()
		return out.Result(v, func() { out.Printf("%s\n", v.words()) })
	})
}

// tellVersion gives a program the flag --version.
func tellVersion(command *cobra.Command) {
	command.Version = thisVersion().words()
	command.SetVersionTemplate("{{.Version}}\n")
}

func thisVersion() versionForm {
	v := versionForm{Software: config.Software, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			switch setting.Key {
			case "vcs.revision":
				v.Revision = setting.Value
			case "vcs.modified":
				v.Modified = setting.Value == "true"
			}
		}
	}
	return v
}

func (v versionForm) words() string {
	const enough = 12
	words := v.Software
	if v.Revision != "" {
		words += " (" + v.Revision[:min(len(v.Revision), enough)]
		if v.Modified {
			words += ", modified"
		}
		words += ")"
	}
	return words + " " + v.Go + " " + v.Platform
}
