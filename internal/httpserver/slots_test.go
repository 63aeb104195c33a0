package httpserver_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/httpserver"
)

func at(address string) net.Addr {
	addr, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		panic(err)
	}
	return addr
}

func TestOrigin(t *testing.T) {
	const here = "192.168.1.5:5000"
	origin := func(address string) httpserver.Origin { return httpserver.OriginOf(at(address), at(here)) }
	for _, own := range []string{"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "192.168.1.5:1", "[::ffff:192.168.1.5]:1"} {
		require.Zero(t, origin(own), own)
	}
	for _, one := range [][2]string{
		{"192.168.1.6:1", "192.168.1.6:2"}, {"192.168.1.6:1", "[::ffff:192.168.1.6]:1"},
		{"[2001:db8:0:1::1]:1", "[2001:db8:0:1:ffff::2]:9"}, {"[fe80::1%lo]:1", "[fe80::2]:1"},
	} {
		require.NotZero(t, origin(one[0]), one)
		require.Equal(t, origin(one[0]), origin(one[1]), one)
	}
	require.NotEqual(t, origin("192.168.1.6:1"), origin("192.168.1.7:1"))
	require.NotEqual(t, origin("[2001:db8:0:1::1]:1"), origin("[2001:db8:0:2::1]:1"))
}

// origins are this machine, and strangers of whom each has a network.
var origins = []httpserver.Origin{{}}

func init() {
	for _, address := range []string{"10.0.0.1:1", "10.0.0.2:1", "10.0.0.3:1", "10.0.0.4:1", "10.0.0.5:1", "[2001:db8::1]:1"} {
		origins = append(origins, httpserver.OriginOf(at(address), at("127.0.0.1:1")))
	}
}

// Whoever comes and goes, this machine has its slots, strangers have theirs
// and each of them has a share; and who is turned away gets in once somebody
// who helps has left.
func TestPlaces(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		const each, share = 8, 2
		places, taken, strangers := httpserver.NewSlots(each), make(map[httpserver.Origin]int), 0
		change := func(o httpserver.Origin, by int) {
			taken[o] += by
			if o != origins[0] {
				strangers += by
			}
		}
		for range rapid.IntRange(0, 60).Draw(r, "steps") {
			o := rapid.SampledFrom(origins).Draw(r, "origin")
			if taken[o] > 0 && rapid.Bool().Draw(r, "leaves") {
				places.Release(o)
				change(o, -1)
				continue
			}
			room := taken[o] < each
			if o != origins[0] {
				room = taken[o] < share && strangers < each
			}
			require.Equal(r, room, places.Acquire(o))
			if room {
				change(o, 1)
				continue
			}
			for other, n := range taken {
				if n > 0 && places.Frees(o, other) {
					places.Release(other)
					require.True(r, places.Acquire(o))
					places.Release(o)
					require.True(r, places.Acquire(other))
				}
			}
		}
	})
}
