package config

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"networkmngr/internal/clock"
	"networkmngr/internal/hostport"
	"networkmngr/internal/logging"
)

// MaxAmount is the number of nodes that a network may have on one machine.
const MaxAmount = 1000

const (
	maxPort    = 65535
	maxPeers   = 1000
	maxThreads = 1024
)

// Validate returns an error that names the first setting out of bounds, its
// value, and what would be right. It wraps ErrSetting.
func (m ManagerSettings) Validate() error {
	return cmp.Or(
		between("amount", m.Amount, 1, MaxAmount),
		between("port", m.Port, 1, maxPort),
		m.validatePorts(),
		CheckRestart(m.Restart),
		m.validateJoin(),
		m.Common.validate(),
	)
}

// validateJoin refuses the URL of a network that speaks otherwise than what is here: who
// reaches its nodes at their addresses must know how.
func (m ManagerSettings) validateJoin() error {
	if err := validateURL(m.Join); err != nil {
		return fmt.Errorf("%w: join %w", ErrSetting, err)
	}
	secure := strings.HasPrefix(m.Join, "https:")
	return cmp.Or(
		unless(m.Join == "" || !secure || m.Secure(), "join %s: want --tls too, as all of a network speaks TLS, or nothing of it", m.Join),
		unless(m.Join == "" || secure || !m.Secure(), "join %s: want the URL of a network that speaks TLS (https://), or no --tls here", m.Join),
	)
}

// CheckRestart returns an ErrSetting for what is no restart policy.
func CheckRestart(policy string) error {
	return unless(slices.Contains([]string{"", Never, OnFailure, Always}, policy), "restart %q: want %s, %s or %s", policy, Never, OnFailure, Always)
}

func (m ManagerSettings) validatePorts() error {
	return unless(m.Port+m.Amount <= maxPort, "port %d with %d nodes after it: want their sum to be at most %d", m.Port, m.Amount, maxPort)
}

// Validate returns an error that names the first setting out of bounds, its
// value, and what would be right. It wraps ErrSetting.
func (n NodeSettings) Validate() error {
	return cmp.Or(
		between("port", n.Port, 0, maxPort),
		between("p2p-port", n.P2PPort, 0, maxPort),
		between("max-inbound", n.MaxInbound, 0, maxPeers),
		validateAddresses("peers", n.Peers),
		n.validateBootstrap(),
		n.Common.validate(),
	)
}

func (c Common) validate() error {
	return cmp.Or(
		validateASCII("host", c.Host),
		validateHost(c.Host),
		validateASCII("advertise", c.Advertise),
		validateAdvertise(c.Advertise),
		between("threads", c.Threads, 0, maxThreads),
		between("peers-out", c.PeersOut, 0, maxPeers),
		c.validateGroups(),
		validateAddresses("seeds", c.Seeds),
		between("known-nodes", c.Known, 0, maxPeers),
		validateTemplate(c.Template),
		c.validateTLS(),
		validateHosts(c.Hosts),
		validateOrigins(c.Origins),
		validateToken(c.Token),
		CheckLab(c.Lab),
		validateOffset(c.Offset),
		validateDrift(c.Drift),
		unless(c.Log.Folder != "", "logs is empty: want a folder"),
		validateLevel(c.Log.Level),
	)
}

// unless returns an ErrSetting, unless a setting is valid.
func unless(valid bool, format string, args ...any) error {
	if valid {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrSetting, fmt.Sprintf(format, args...))
}

func between(name string, value, low, high int) error {
	return unless(low <= value && value <= high, "%s %d: want %d to %d", name, value, low, high)
}

// validateHost refuses the empty host too, which would silently bind every
// interface. What is bound is of this machine, and may have a zone.
func validateHost(host string) error {
	_, err := netip.ParseAddr(host)
	return unless(err == nil || hostport.IsHost(host), "host %q: want an address or a name without a port, such as 127.0.0.1", host)
}

func validateAdvertise(host string) error {
	return unless(host == "" || hostport.IsHost(host), "advertise %q: want an address or a name without a port, such as 192.0.2.7", host)
}

// validateASCII refuses a name in another script, which certificates do not have and no
// request says (RFC 5890).
func validateASCII(name, host string) error {
	other := strings.ContainsFunc(host, func(r rune) bool { return r > unicode.MaxASCII })
	return unless(!other, "%s %q: want the name as requests say it, in ASCII, which begins with xn--", name, host)
}

// validateAddresses checks a list of host:port.
func validateAddresses(name string, addresses []string) error {
	for _, address := range addresses {
		host, port, err := net.SplitHostPort(address)
		valid := err == nil && hostport.IsHost(host) && hostport.IsPort(port)
		if err := unless(valid, "%s %q: want host:port, such as 127.0.0.1:5001", name, address); err != nil {
			return err
		}
	}
	return nil
}

// validateHosts takes what a Host header may say.
func validateHosts(hosts []string) error {
	for _, text := range hosts {
		host, port, err := net.SplitHostPort(text)
		if err != nil {
			host, port = text, "1" // which may be left out
		}
		if err := validateASCII("allow-hosts", text); err != nil {
			return err
		}
		valid := hostport.IsHost(host) && hostport.IsPort(port)
		if err := unless(valid, "allow-hosts %q: want name or name:port, such as localhost:8080", text); err != nil {
			return err
		}
	}
	return nil
}

// usualPorts are left out in an origin.
var usualPorts = map[string]string{"http": "80", "https": "443"}

// validateOrigins takes what an Origin header may say (RFC 6454, 7).
func validateOrigins(origins []string) error {
	for _, text := range origins {
		const want = "allow-origins %q: want scheme://host or scheme://host:port as browsers write it, such as https://class.example"
		u, err := url.Parse(text)
		valid := err == nil && text == u.Scheme+"://"+u.Host && hostport.IsHost(u.Hostname()) &&
			usualPorts[u.Scheme] != "" && u.Port() != usualPorts[u.Scheme]
		if err := unless(valid, want, text); err != nil {
			return err
		}
	}
	return nil
}

// Lengths are compared beside the expressions: one that counts to 64 takes some 50 KB,
// in every process.

// template is part of a file's name, and no path.
var template = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func validateTemplate(text string) error {
	return unless(len(text) <= 64 && template.MatchString(text),
		"block-template %q: want 1 to 64 letters, digits, dots, underscores and hyphens, of which a letter or digit comes first", text)
}

// labName is what a lab may be called, as peers say it to each other.
var labName = regexp.MustCompile(`^[0-9A-Za-z-]*$`)

// CheckLab returns an ErrSetting for what no lab can be called.
func CheckLab(lab string) error {
	return unless(len(lab) <= 32 && labName.MatchString(lab), "lab %q: want at most 32 letters, digits and hyphens", lab)
}

func (c Common) validateGroups() error {
	_, err := c.Grouping()
	return err
}

func validateOffset(offset time.Duration) error {
	if err := clock.CheckOffset(offset); err != nil {
		return fmt.Errorf("%w: clock-offset %w", ErrSetting, err)
	}
	return nil
}

func validateDrift(text string) error {
	if _, err := clock.ParseDrift(text); err != nil {
		return fmt.Errorf("%w: clock-drift: %w", ErrSetting, err)
	}
	return nil
}

func validateLevel(level string) error {
	if _, err := logging.ParseLevel(level); err != nil {
		return fmt.Errorf("%w: log-level: %w", ErrSetting, err)
	}
	return nil
}
