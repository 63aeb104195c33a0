package guard_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver/guard"
)

// request is one that reached local, as a server would see it.
func request(t *testing.T, local, host string, header map[string]string) *http.Request {
	addr, err := net.ResolveTCPAddr("tcp", local)
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, "/mine", nil)
	r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(addr)))
	r.Host = host
	for key, value := range header {
		r.Header.Set(key, value)
	}
	return r
}

func TestHost(t *testing.T) {
	g := guard.Guard{Hosts: []string{"Node.example", "proxy.example:8443", "web.example:80", "::2"}}
	const loopback, lan, six = "127.0.0.1:5000", "192.168.1.5:5000", "[::2]:5000"
	for _, row := range []struct {
		local, host string
		own         bool
	}{
		{loopback, "localhost:5000", true},
		{loopback, "LOCALHOST:5000", true},
		{loopback, "127.0.0.1:5000", true},
		{loopback, "[::1]:5000", true},
		{loopback, "0.0.0.0:5000", true},
		{loopback, "node.example:5000", true},
		{loopback, "NODE.EXAMPLE:5000", true},
		{loopback, "node.example", true},
		{loopback, "node.example:443", true},
		{loopback, "proxy.example:8443", true},
		{loopback, "web.example", true},
		{loopback, "WEB.example:80", true},
		{loopback, "[::2]", true},
		{lan, "192.168.1.5:5000", true},
		{six, "[::2]:5000", true},
		{"127.0.0.1:80", "localhost", true},
		{"[::1]:80", "[::1]", true},

		{loopback, "", false},
		{loopback, ":5000", false},
		{loopback, "localhost", false},
		{loopback, "localhost:5001", false},
		{loopback, "localhost:", false},
		{loopback, "node.example:8443", false},
		{loopback, "web.example:5000", false},
		{loopback, "proxy.example:5000", false},
		{loopback, "proxy.example", false},
		{loopback, "evil.example:5000", false},
		{loopback, "localhost.evil.example:5000", false},
		{loopback, "127.0.0.1.evil.example:5000", false},
		{loopback, "127.0.0.2:5000", false},
		{loopback, "192.168.1.5:5000", false},
		{lan, "192.168.1.6:5000", false},
		{loopback, "localhost:5000:5000", false},
		{loopback, "user@localhost:5000", false},
	} {
		err := g.Check(request(t, row.local, row.host, nil), false)
		if row.own {
			require.NoError(t, err, "%q at %s", row.host, row.local)
		} else {
			require.ErrorIs(t, err, guard.ErrHost, "%q at %s", row.host, row.local)
		}
	}
}

// A request that did not come through a server cannot be judged.
func TestHostWithoutALocalAddress(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "localhost:5000"
	require.ErrorIs(t, guard.Guard{}.Check(r, false), guard.ErrHost)
}

func TestCrossSite(t *testing.T) {
	for _, row := range []struct {
		site, origin string
		reads        bool
		changes      bool
	}{
		{"", "", true, true}, // no browser
		{"none", "", true, true},
		{"same-origin", "", true, true},
		{"same-origin", "http://localhost:5000", true, true},
		{"", "http://localhost:5000", true, true},
		{"same-site", "", true, false},
		{"same-site", "http://localhost:3000", false, false},
		{"", "http://localhost:3000", false, false},
		{"", "http://127.0.0.1:5000", false, false},
		{"cross-site", "", false, false},
		{"cross-site", "http://localhost:5000", false, false},
		{"", "https://evil.example", false, false},
		{"", "http://localhost:5000.evil.example", false, false},
		{"", "https://localhost:5000", false, false},
		{"", "http://localhost", false, false},
		{"", "localhost:5000", false, false},
		{"", "http://user@localhost:5000", false, false},
		{"", "http://localhost:5000/", false, false},
		{"none", "null", false, false},
		{"", "::", false, false},
	} {
		for changes, allowed := range map[bool]bool{false: row.reads, true: row.changes} {
			r := request(t, "127.0.0.1:5000", "localhost:5000", nil)
			if row.site != "" {
				r.Header.Set("Sec-Fetch-Site", row.site)
			}
			if row.origin != "" {
				r.Header.Set("Origin", row.origin)
			}
			err := guard.Guard{}.Check(r, changes)
			if allowed {
				require.NoError(t, err, "%+v changes %v", row, changes)
			} else {
				require.ErrorIs(t, err, guard.ErrCrossSite, "%+v changes %v", row, changes)
			}
		}
	}
}

// A prefetch of the Fetch standard; Chrome prerenders typed addresses. The other
// headers are those of older browsers.
func TestPrefetch(t *testing.T) {
	for _, header := range []map[string]string{
		{"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Purpose": "preview"}, {"X-Moz": "prefetch"},
	} {
		r := request(t, "127.0.0.1:5000", "localhost:5000", header)
		require.NoError(t, guard.Guard{}.Check(r, false))
		require.ErrorIs(t, guard.Guard{}.Check(r, true), guard.ErrPrefetch)
	}
}

func TestToken(t *testing.T) {
	g := guard.Guard{Token: "s3cret"}
	for authorization, good := range map[string]bool{
		"Bearer s3cret":  true,
		"bearer s3cret":  true,
		"":               false,
		"s3cret":         false,
		"Bearer":         false,
		"Bearer ":        false,
		"Bearer s3cre":   false,
		"Bearer s3cret ": false,
		"Bearer S3CRET":  false,
		"Basic s3cret":   false,
	} {
		r := request(t, "127.0.0.1:5000", "localhost:5000", map[string]string{"Authorization": authorization})
		require.NoError(t, g.Check(r, false), "reading needs no token")
		require.NoError(t, guard.Guard{}.Check(r, true), "without a token set, none is needed")
		if err := g.Check(r, true); good {
			require.NoError(t, err, authorization)
		} else {
			require.ErrorIs(t, err, guard.ErrToken, authorization)
		}
	}
}

// The token lets nobody's web page in.
func TestTokenDoesNotExcuseAPage(t *testing.T) {
	g := guard.Guard{Token: "s3cret"}
	header := map[string]string{"Authorization": "Bearer s3cret", "Sec-Fetch-Site": "cross-site"}
	require.ErrorIs(t, g.Check(request(t, "127.0.0.1:5000", "localhost:5000", header), true), guard.ErrCrossSite)
}
