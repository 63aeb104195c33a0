package transport

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The first peer of an address that was of no use costs the others there nothing.
func TestOthersOfAnAddressWaitLongerEachTime(t *testing.T) {
	now := time.Unix(1000, 0)
	bad, other := netip.MustParseAddr("10.1.0.1"), netip.MustParseAddr("10.1.0.2")
	h := ipRecords{}
	until := now.Add(3 * firstWait)
	for _, want := range []time.Duration{0, 1, 2, 3, 3} { // as long as the peer at most
		require.Equal(t, want*firstWait, h.offend(bad, until, now))
	}
	require.Zero(t, h.offend(other, until, now))
	later := now.Add(2 * offenceMemory)
	require.Zero(t, h.offend(bad, later.Add(time.Hour), later), "forgiven")
}

// 1,000 nodes that start at once on one machine get in, each twice; who comes back without end
// does not.
func TestArrivalsOfOneAddressAreBounded(t *testing.T) {
	now := time.Unix(1000, 0)
	local := netip.MustParseAddr("127.0.0.1")
	h := ipRecords{}
	require.GreaterOrEqual(t, arrivalBurst, 2*1000)
	for range arrivalBurst {
		require.NoError(t, h.admit(local, now))
	}
	require.ErrorIs(t, h.admit(local, now), ErrFull)
	require.NoError(t, h.admit(netip.MustParseAddr("10.1.0.1"), now))
	require.NoError(t, h.admit(local, now.Add(time.Second/arrivalRate)))
}

func TestAddressesAreBoundedAndOfOneHolder(t *testing.T) {
	now := time.Unix(1000, 0)
	h := ipRecords{}
	for i := range maxIPs + 10 {
		require.NoError(t, h.admit(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}), now))
	}
	require.LessOrEqual(t, len(h), maxIPs)
	require.Equal(t, ipPrefix(netip.MustParseAddr("2001:db8::1")), ipPrefix(netip.MustParseAddr("2001:db8::2")))
	require.Equal(t, ipPrefix(netip.MustParseAddr("10.0.0.1")), ipPrefix(netip.MustParseAddr("::ffff:10.0.0.1")))
}
