package netgroup

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReachOfAddresses(t *testing.T) {
	for reach, texts := range map[Reach][]string{
		Unreachable: {"0.0.0.0", "0.1.2.3", "169.254.1.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "fe80::1%eth0", "ff02::1"},
		Machine:     {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"},
		Site:        {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1", "203.0.113.1", "fd00::1", "::ffff:10.0.0.1"},
		Internet:    {"1.1.1.1", "172.32.0.1", "9.255.255.255", "223.255.255.255", "2606:4700::1111"},
	} {
		for _, text := range texts {
			require.Equal(t, reach, ReachOf(netip.MustParseAddr(text)), text)
		}
	}
	require.Equal(t, Unreachable, ReachOf(netip.Addr{}))
}

// Who is far away says nothing of what is near: each machine has a loopback, and each site
// may have the same private addresses.
func TestReachGoesByTheTeller(t *testing.T) {
	told := []string{"127.0.0.1", "10.0.0.1", "1.1.1.1", "169.254.1.1"}
	for teller, want := range map[string][]bool{
		"127.0.0.1":   {true, true, true, false},
		"10.9.9.9":    {false, true, true, false},
		"169.254.1.2": {false, true, true, false},
		"fe80::1":     {false, true, true, false},
		"8.8.8.8":     {false, false, true, false},
		"240.0.0.1":   {false, false, true, false},
	} {
		for i, text := range told {
			reached := ReachOf(netip.MustParseAddr(text)).ReachedFrom(Teller(netip.MustParseAddr(teller)))
			require.Equal(t, want[i], reached, "%s of %s", teller, text)
		}
	}
	require.True(t, Machine.ReachedFrom(Teller(netip.Addr{})), "whoever is not known to be elsewhere")
}
