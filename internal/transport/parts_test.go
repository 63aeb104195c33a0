package transport

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"io"
	"runtime"
	"testing"
	"testing/iotest"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	ma "github.com/multiformats/go-multiaddr"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/netgroup"
)

func nothing() error { return nil }

func TestValidateNamesFieldAndValue(t *testing.T) {
	valid := testConfig(t)
	require.NoError(t, valid.Validate())
	for want, change := range map[string]func(*Config){
		"Key has 3 bytes":                        func(c *Config) { c.Key = ed25519.PrivateKey{1, 2, 3} },
		`Listen: not a usable peer address: "x"`: func(c *Config) { c.Listen = []string{"x"} },
		`"/ip4/127.0.0.1/udp/1"`:                 func(c *Config) { c.Listen = []string{"/ip4/127.0.0.1/udp/1"} },
		`Lab is "a/b"`:                           func(c *Config) { c.Lab = "a/b" },
		"Kinds are []":                           func(c *Config) { c.Kinds = nil },
		"KindOf must":                            func(c *Config) { c.KindOf = nil },
		"MaxInbound is -1":                       func(c *Config) { c.MaxInbound = -1 },
		"MaxFrame is 0":                          func(c *Config) { c.MaxFrame = 0 },
		"MaxQueued is 16777215":                  func(c *Config) { c.MaxQueued = c.MaxQueue - 1 },
		"MaxInFlight is 2097152":                 func(c *Config) { c.MaxInFlight = c.MaxFrame },
		"MaxQueue is 2097152":                    func(c *Config) { c.MaxQueue = c.MaxFrame },
		"DialTimeout is 0s":                      func(c *Config) { c.DialTimeout = 0 },
		"HandshakeTimeout is -1s":                func(c *Config) { c.HandshakeTimeout = -time.Second },
		"StallTimeout is 1ms":                    func(c *Config) { c.StallTimeout = time.Millisecond },
	} {
		cfg := valid
		change(&cfg)
		err := cfg.Validate()
		require.ErrorIs(t, err, ErrConfig)
		require.ErrorContains(t, err, want)
		_, err = New(cfg, newRecorder())
		require.ErrorIs(t, err, ErrConfig)
	}
}

func TestFrameRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 200), 0, 5).Draw(t, "frames")
		var wire bytes.Buffer
		for _, frame := range frames {
			require.NoError(t, writeFrame(&wire, frame))
		}
		in := iotest.OneByteReader(&wire)
		for _, frame := range frames {
			got, err := readFrame(in, 200, nothing)
			require.NoError(t, err)
			require.True(t, bytes.Equal(frame, got))
		}
		_, err := readFrame(in, 200, nothing)
		require.ErrorIs(t, err, io.EOF)
	})
}

// The promise of a large frame must not cost what the frame would.
func TestPromiseOfAFrameCostsLittle(t *testing.T) {
	const most = 1 << 28
	promise := binary.LittleEndian.AppendUint32(nil, most)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readFrame(bytes.NewReader(promise), most, nothing)
	runtime.ReadMemStats(&after)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2*chunk))
}

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 0, 0})
	f.Add([]byte{0, 0, 0, 0})
	f.Add([]byte{3, 0, 0, 0, 'a', 'b', 'c', 1})
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, wire []byte) {
		const most = 64
		frame, err := readFrame(bytes.NewReader(wire), most, nothing)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(frame), most)
		var again bytes.Buffer
		require.NoError(t, writeFrame(&again, frame))
		require.True(t, bytes.HasPrefix(wire, again.Bytes()))
	})
}

func FuzzParseTarget(f *testing.F) {
	f.Add("/ip4/127.0.0.1/tcp/5000/p2p/12D3KooWGcKsn16eKXJUuZSNSSUSX6zPRpmX3dMn95DTEbntU9Kc")
	f.Add("/ip6/::1/udp/5000/quic-v1/p2p/12D3KooWGcKsn16eKXJUuZSNSSUSX6zPRpmX3dMn95DTEbntU9Kc")
	f.Fuzz(func(t *testing.T, s string) {
		to, err := parseTarget(s)
		if err != nil {
			require.ErrorIs(t, err, ErrAddress)
			return
		}
		again, err := parseTarget(to.addr.String() + "/p2p/" + to.peer.String())
		require.NoError(t, err)
		require.Equal(t, to.node, again.node)
		require.True(t, to.addr.Equal(again.addr))
	})
}

func TestGroups(t *testing.T) {
	for addr, want := range map[string]netgroup.Group{
		"/ip4/10.1.2.3/tcp/1":                "10.1.0.0/16",
		"/ip6/2001:db8:1:2::3/tcp/1":         "2001:db8::/32",
		"/ip6/::ffff:10.1.2.3/udp/1/quic-v1": "10.1.0.0/16",
		"/ip4/127.9.9.9/tcp/1":               "",
		"/ip6/::1/tcp/1":                     "",
	} {
		ip, err := ipOf(ma.StringCast(addr))
		require.NoError(t, err)
		require.Equal(t, want, netgroup.Default().OfIP(ip), addr)
	}
	_, err := ipOf(ma.StringCast("/dns4/localhost/tcp/1"))
	require.Error(t, err)
}

// Whatever comes and goes in whatever order, the bounds hold, and in the end
// all is given back.
func TestAdmissionBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(0, 7).Draw(t, "limit")
		a := newAdmission(limit, netgroup.Default())
		var open []*slot
		promoted := map[*slot]bool{}
		addr := rapid.SampledFrom([]string{"/ip4/10.1.0.1/tcp/1", "/ip4/10.2.0.1/tcp/1", "/ip4/127.0.0.1/tcp/1"})
		t.Repeat(map[string]func(*rapid.T){
			"open": func(t *rapid.T) {
				scope, err := a.OpenConnection(network.DirInbound, true, ma.StringCast(addr.Draw(t, "from")))
				if err == nil {
					open = append(open, scope.(*slot))
				}
			},
			"promote": func(t *rapid.T) {
				if len(open) == 0 {
					t.Skip("none open")
				}
				s := rapid.SampledFrom(open).Draw(t, "slot")
				if !promoted[s] && s.promote() == nil {
					promoted[s] = true
				}
			},
			"done": func(t *rapid.T) {
				if len(open) == 0 {
					t.Skip("none open")
				}
				s := rapid.SampledFrom(open).Draw(t, "slot")
				s.Done() // libp2p may call it again
				delete(promoted, s)
			},
			"": func(t *rapid.T) {
				require.LessOrEqual(t, a.links.total, limit)
				require.Equal(t, len(promoted), a.links.total)
				for g, n := range a.links.byGroup {
					require.True(t, g == "" || n <= (limit+1)/2, "%s holds %d of %d", g, n, limit)
				}
			},
		})
		for _, s := range open {
			s.Done()
		}
		require.Zero(t, a.links.total+a.handshakes.total)
		require.Empty(t, a.links.byGroup)
		require.Empty(t, a.handshakes.byGroup)
	})
}

func TestOutboundTakesNoPlace(t *testing.T) {
	a := newAdmission(0, netgroup.Default())
	_, err := a.OpenConnection(network.DirOutbound, true, ma.StringCast("/ip4/10.1.0.1/tcp/1"))
	require.NoError(t, err)
	require.Zero(t, a.handshakes.total)
}
