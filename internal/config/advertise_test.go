package config

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// What others are told is the advertised host or, without one, what is bound.
func TestAdvertised(t *testing.T) {
	for _, row := range []struct{ host, bound, want string }{
		{"", "192.0.2.7", "192.0.2.7:5000"},
		{"", "::1", "[::1]:5000"},
		{"lab.example", "0.0.0.0", "lab.example:5000"},
		{"2001:db8::7", "::", "[2001:db8::7]:5000"},
		{"198.51.100.9", "192.0.2.7", "198.51.100.9:5000"},
	} {
		c := Common{Advertise: row.host}
		require.Equal(t, row.want, c.Advertised(&net.TCPAddr{IP: net.ParseIP(row.bound), Port: 5000}))
	}
}

func TestAdvertiseTakesNoPort(t *testing.T) {
	elsewhere(t)
	_, err := loadManager(t, "--advertise", "lab.example:4999")
	require.ErrorContains(t, err, `advertise "lab.example:4999": want an address or a name without a port`)
	m, err := loadManager(t, "--advertise", "lab.example", "-H", "::1", "--allow-hosts", "proxy:80")
	require.NoError(t, err)
	require.Equal(t, []string{"::1", "proxy:80", "lab.example"}, m.Names())
	_, err = loadManager(t, "--join", "192.0.2.7:4999")
	require.ErrorContains(t, err, "join")
}
