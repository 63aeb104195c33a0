package config

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"

	"github.com/spf13/pflag"

	"networkmngr/internal/hostport"
)

// managerName is the setting with a manager's URL.
const managerName = "manager"

// ClientSettings are the settings of a program that speaks to a manager. Without a URL, it
// looks for the manager that has the same settings.
type ClientSettings struct {
	URL     string // of the manager; empty to look for it
	Manager ManagerSettings
}

// ClientFlags registers a client's flags, and --config.
func ClientFlags(flags *pflag.FlagSet) {
	managerFlag(flags, "`URL` of the manager (default that of the network with this log folder)")
	registerSome(flags, logsName, tokenName, tokenFileName, fingerprintName)
}

// BranchFlags registers the manager's flags and those of its client, and --config.
func BranchFlags(flags *pflag.FlagSet) {
	managerFlag(flags, "`URL` of the manager (default that of the network with this log folder)")
	ManagerFlags(flags)
}

// LogFlags registers the flags of a client that only reads logs, and --config.
func LogFlags(flags *pflag.FlagSet) {
	managerFlag(flags, "`URL` of the manager whose network's logs alone are shown, where several have this log folder")
	registerSome(flags, logsName)
}

func managerFlag(flags *pflag.FlagSet, usage string) {
	flags.String(managerName, "", usage)
	claim(flags, managerName)
}

// managerDefaults is the table that flags have their defaults from: many commands have some
// of the manager's.
var managerDefaults = sync.OnceValue(func() []setting {
	m := DefaultManager()
	return m.settings()
})

// registerSome adds the flags of some of the manager's settings.
func registerSome(flags *pflag.FlagSet, names ...string) {
	var some []setting
	for _, s := range managerDefaults() {
		if slices.Contains(names, s.name) {
			some = append(some, s)
		}
	}
	register(flags, some, managerFile)
}

// LoadClient returns a client's settings from parsed flags, which ClientFlags or
// LogFlags has registered, environment and file. The error wraps ErrSetting.
func LoadClient(flags *pflag.FlagSet) (ClientSettings, error) {
	m, found, err := managerFrom(flags)
	if err != nil {
		return ClientSettings{}, err
	}
	address, _ := flags.GetString(managerName) // which both kinds of flags have
	c := ClientSettings{cmp.Or(address, os.Getenv(variable(managerName))), m}
	if err := validateURL(c.URL); err != nil {
		return ClientSettings{}, fmt.Errorf("%w: %s (from %s): %w", ErrSetting, managerName, found.of(managerName), err)
	}
	return c, nil
}

func validateURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !hostport.IsHost(u.Hostname()) || u.Port() != "" && !hostport.IsPort(u.Port()) {
		return fmt.Errorf("%q: want a URL such as http://127.0.0.1:4999", text)
	}
	return nil
}

// DefaultURL is the URL of a manager with these settings.
func (m ManagerSettings) DefaultURL() string {
	host := m.Host
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return m.Trust(nil).URL(net.JoinHostPort(host, strconv.Itoa(m.Port)))
}
