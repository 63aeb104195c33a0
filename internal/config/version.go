package config

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// Version is what a program was built from. Programs of equal versions decide alike.
type Version struct {
	Software string `json:"software"` // name and version
	Revision string `json:"revision"` // of the source; empty if it is not known
	Modified bool   `json:"modified"` // the source was not exactly that
	Go       string `json:"go"`
	Platform string `json:"platform"` // "linux/amd64"
}

// ThisVersion is that of this program.
var ThisVersion = sync.OnceValue(func() Version {
	v := Version{Software: Software, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
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
})

// String is the version in a line.
func (v Version) String() string {
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
