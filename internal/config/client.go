package config

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/pflag"
)

// managerName is where a manager is, for those that speak to it.
const managerName = "manager"

// Client is what a program that speaks to a manager can be told. Where nothing
// names the manager, it looks where one with the same settings would be.
type Client struct {
	URL     string // of the manager; empty to look for it
	Manager Manager
}

// ClientFlags registers a client's flags, and --config.
func ClientFlags(flags *pflag.FlagSet) {
	flags.String(managerName, "", "`URL` of the manager (default that of the network with this log folder)")
	claim(flags, managerName)
	registerSome(flags, logsName, tokenName)
}

// LogFlags registers the flags of a client that only reads logs, and --config.
func LogFlags(flags *pflag.FlagSet) { registerSome(flags, logsName) }

// registerSome adds the flags of some of the manager's settings.
func registerSome(flags *pflag.FlagSet, names ...string) {
	m := DefaultManager()
	others := func(s setting) bool { return !slices.Contains(names, s.name) }
	register(flags, slices.DeleteFunc(m.settings(), others), managerFile)
}

// LoadClient gives a client's settings, valid, once flags, which ClientFlags or
// LogFlags has filled, are parsed.
func LoadClient(flags *pflag.FlagSet) (Client, error) {
	m, found, err := managerFrom(flags)
	if err != nil {
		return Client{}, err
	}
	address, _ := flags.GetString(managerName) // empty where there is no such flag
	c := Client{cmp.Or(address, os.Getenv(variable(managerName))), m}
	if err := validateURL(c.URL); err != nil {
		return Client{}, fmt.Errorf("%w: %s (from %s): %w", ErrSetting, managerName, found.of(managerName), err)
	}
	return c, nil
}

func validateURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q: want a URL such as http://127.0.0.1:4999", text)
	}
	return nil
}

// DefaultURL is where the manager would be that has these settings.
func (m Manager) DefaultURL() string {
	host := m.Host
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(m.Port))
}
