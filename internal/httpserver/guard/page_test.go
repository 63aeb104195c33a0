package guard_test

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver/guard"
)

const (
	local   = "127.0.0.1:5000"
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	page    = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
)

// What browsers send for what a page of some site has in it may not act, even where
// they say nothing of the page.
func TestPartsOfPages(t *testing.T) {
	for _, row := range []struct {
		name   string
		header map[string]string
		want   error
	}{
		{"image", map[string]string{"Accept": "image/avif,image/webp,*/*"}, guard.ErrPart},
		{"image, by its destination", map[string]string{"Accept": "*/*", "Sec-Fetch-Dest": "image"}, guard.ErrPart},
		{"frame", map[string]string{"Accept": page, "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}, guard.ErrPart},
		{"style", map[string]string{"Accept": "text/css,*/*;q=0.1"}, guard.ErrPart},
		{"video", map[string]string{"Accept": "video/webm,video/ogg,video/*;q=0.9,*/*;q=0.5"}, guard.ErrPart},
		{"script of an old browser", map[string]string{"User-Agent": firefox, "Accept": "*/*"}, guard.ErrUnknownPage},
		{"link of an old browser", map[string]string{"User-Agent": firefox, "Accept": page}, guard.ErrUnknownPage},
		{"link of another page", map[string]string{"Accept": page, "Referer": "https://evil.example/"}, guard.ErrCrossSite},
		{"link of another scheme", map[string]string{"Referer": "https://127.0.0.1:5000/"}, guard.ErrCrossSite},
		{"link of another port", map[string]string{"Referer": "http://127.0.0.1:3000/x", "Sec-Fetch-Site": "none"}, guard.ErrCrossSite},
		{"link of nowhere", map[string]string{"Referer": "::"}, guard.ErrCrossSite},

		{"typed address", map[string]string{"User-Agent": firefox, "Accept": page, "Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"}, nil},
		{"own page", map[string]string{"User-Agent": firefox, "Accept": "*/*", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty", "Referer": "http://127.0.0.1:5000/docs"}, nil},
		{"own page of an old browser", map[string]string{"User-Agent": firefox, "Origin": "http://127.0.0.1:5000"}, nil},
		{"curl", map[string]string{"User-Agent": "curl/8.5.0", "Accept": "*/*"}, nil},
		{"Postman", map[string]string{"User-Agent": "PostmanRuntime/7.49.1", "Accept": "*/*"}, nil},
		{"PowerShell", map[string]string{"User-Agent": "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.26100.1"}, nil},
		{"Java", map[string]string{"User-Agent": "Java/21.0.1", "Accept": "text/html, image/gif, image/jpeg, */*; q=0.2"}, nil},
	} {
		r := request(t, local, local, row.header)
		require.ErrorIs(t, guard.Guard{}.Check(r, true), row.want, row.name)
		if row.want != nil {
			require.NoError(t, guard.Guard{}.Check(r, false), "%s may read", row.name)
		}
	}
}

// Browsers send no fetch metadata to 0.0.0.0, so they are sent to where they do.
func TestBrowsersAreSentOn(t *testing.T) {
	for host, want := range map[string]string{
		"0.0.0.0:5000":   "http://127.0.0.1:5000/mine?count=%3B2",
		"[::]:5000":      "http://[::1]:5000/mine?count=%3B2",
		"127.0.0.1:5000": "", "localhost:5000": "",
	} {
		g := guard.Guard{Hosts: []string{"::"}}
		for _, changes := range []bool{false, true} {
			r := request(t, local, host, map[string]string{"User-Agent": firefox, "Sec-Fetch-Site": "none"})
			r.URL.RawQuery = "count=%3B2"
			err := g.Check(r, changes)
			if want == "" {
				require.NoError(t, err)
				continue
			}
			var moved *guard.Moved
			require.ErrorAs(t, err, &moved, host)
			require.Equal(t, want, moved.URL)
			r.Header.Set("User-Agent", "curl/8.5.0")
			require.NoError(t, g.Check(r, changes), "curl stays")
		}
	}
}

func TestStrangersAreNotSentOn(t *testing.T) {
	r := request(t, local, "0.0.0.0:5000", map[string]string{"User-Agent": firefox, "Origin": "https://evil.example"})
	require.ErrorIs(t, guard.Guard{}.Check(r, true), guard.ErrCrossSite)
}

// The token says of a browser that it is not another site's page that asks.
func TestABrowserWithTheToken(t *testing.T) {
	g := guard.Guard{Token: "s3cret"}
	r := request(t, "192.168.1.5:5000", "192.168.1.5:5000", map[string]string{"User-Agent": firefox, "Accept": page})
	require.ErrorIs(t, g.Check(r, true), guard.ErrToken)
	r.Header.Set("Authorization", "Bearer s3cret")
	require.NoError(t, g.Check(r, true))
}

// The pages of an origin that is invited may do what our own may, and no others.
func TestInvitedOrigins(t *testing.T) {
	g := guard.Guard{Origins: []string{"https://class.example", "http://localhost:3000"}}
	for origin, want := range map[string]error{
		"https://class.example": nil, "http://localhost:3000": nil,
		"http://class.example": guard.ErrCrossSite, "https://class.example:8443": guard.ErrCrossSite,
		"https://class.example.evil.example": guard.ErrCrossSite, "https://evil.example": guard.ErrCrossSite,
		"http://localhost:3001": guard.ErrCrossSite, "null": guard.ErrCrossSite, "": guard.ErrCrossSite,
	} {
		header := map[string]string{"User-Agent": firefox, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "empty"}
		if origin != "" {
			header["Origin"], header["Referer"] = origin, origin+"/page"
		}
		require.ErrorIs(t, g.Check(request(t, local, local, header), true), want, origin)
		require.ErrorIs(t, g.Check(request(t, local, local, header), false), want, origin)
	}
}

// Over TLS a page is of the server if it came over TLS, too, and the port that is left out
// is 443.
func TestPagesOverTLS(t *testing.T) {
	for _, row := range []struct {
		local, host, origin string
		own                 bool
	}{
		{"127.0.0.1:5000", "localhost:5000", "https://localhost:5000", true},
		{"127.0.0.1:443", "localhost", "https://localhost", true},
		{"127.0.0.1:443", "localhost:443", "https://localhost", true},
		{"127.0.0.1:5000", "localhost:5000", "http://localhost:5000", false},
		{"127.0.0.1:5000", "localhost:5000", "https://localhost:5001", false},
		{"127.0.0.1:5000", "localhost:5000", "https://localhost", false},
		{"127.0.0.1:80", "localhost", "https://localhost", false},
	} {
		r := request(t, row.local, row.host, map[string]string{"Origin": row.origin})
		r.TLS = new(tls.ConnectionState)
		require.Equal(t, row.own, guard.Guard{}.Check(r, true) == nil, row)
	}
	r := request(t, "127.0.0.1:5000", "0.0.0.0:5000", map[string]string{"User-Agent": "Mozilla/5.0"})
	r.TLS = new(tls.ConnectionState)
	var moved *guard.Moved
	require.ErrorAs(t, guard.Guard{}.Check(r, false), &moved)
	require.Equal(t, "https://127.0.0.1:5000/mine", moved.URL)
}
