package config

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

const envPrefix = "NETWORKMNGR_"

// Launched is the variable in the environment of every process that a manager
// starts.
const Launched = envPrefix + "LAUNCHED"

// Listener is the variable of such a process with the number of the file descriptor on
// which it is handed its listener, if it is.
const Listener = envPrefix + "LISTENER"

// OneCore is the variable of such a process that begins with one core, as GOMAXPROCS=1 in its
// environment says, although nobody who runs the network has asked for that.
const OneCore = envPrefix + "ONE_CORE"

// variable is the setting's name in the environment.
func variable(name string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// variables lists all that either program or one of its commands may look for.
func variables() []string {
	m, n := DefaultManager(), DefaultNode()
	list := []string{Launched, Listener, OneCore}
	for _, s := range slices.Concat(m.settings(), n.settings()) {
		list = append(list, variable(s.name))
	}
	for _, name := range []string{configName, managerName, accountsName, passphraseName} {
		list = append(list, variable(name))
	}
	return list
}

// refuseMisspelt returns an ErrSetting for a variable in the environment that looks
// like a setting and is none, which would be passed over in silence.
func refuseMisspelt() error {
	known := variables()
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || slices.Contains(known, name) {
			continue
		}
		if meant := Nearest(strings.ToUpper(name), known); meant != "" {
			return fmt.Errorf("%w: %s in the environment is unknown: did you mean %s?", ErrSetting, name, meant)
		}
		return fmt.Errorf("%w: %s in the environment is unknown: networkmngr config lists the settings", ErrSetting, name)
	}
	return nil
}
