package guard

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// checkPage checks the headers in which browsers, and only they, say which page sent
// a request. A page at another port of this machine is of the same site but of
// another origin: it may link here, and change nothing.
func (g Guard) checkPage(r *http.Request, changes bool) error {
	origin := r.Header.Get("Origin")
	if g.invites(origin) {
		return nil
	}
	if origin != "" && !same(r, origin) {
		return fmt.Errorf("%w: Origin is %.128q", ErrCrossSite, origin)
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || changes && site == "same-site" {
		return fmt.Errorf("%w: Sec-Fetch-Site is %.128q", ErrCrossSite, site)
	}
	return nil
}

// invites reports whether the pages of an origin may use the server.
func (g Guard) invites(origin string) bool {
	return slices.ContainsFunc(g.Origins, func(o string) bool { return strings.EqualFold(o, origin) })
}

// same reports whether an origin, as a browser writes it, is that of r's server: with
// its scheme and port, as whoever listens at another port is another.
func same(r *http.Request, origin string) bool {
	ours := scheme(r)
	usual := ":" + usualPorts[ours]
	theirs, host, _ := strings.Cut(strings.ToLower(origin), "://")
	return theirs == ours && strings.TrimSuffix(host, usual) == strings.TrimSuffix(strings.ToLower(r.Host), usual)
}

// checkAct refuses a request that acts if it looks like a part of a page, a prefetch,
// or a link of another site.
func (g Guard) checkAct(r *http.Request) error {
	for _, key := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if purpose := r.Header.Get(key); strings.HasPrefix(purpose, "prefetch") || strings.HasPrefix(purpose, "preview") {
			return fmt.Errorf("%w: %s is %.128q", ErrPrefetch, key, purpose)
		}
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" && dest != "empty" {
		return fmt.Errorf("%w: Sec-Fetch-Dest is %.128q", ErrPart, dest)
	}
	if accept := r.Header.Get("Accept"); wantsPart(accept) {
		return fmt.Errorf("%w: Accept is %.128q", ErrPart, accept)
	}
	if referer := r.Header.Get("Referer"); referer != "" && !same(r, originOf(referer)) && !g.invites(originOf(referer)) {
		return fmt.Errorf("%w: Referer is %.128q", ErrCrossSite, referer)
	}
	return nil
}

// wantsPart reports whether Accept is that of what a page shows or plays; an opened
// page accepts HTML as well.
func wantsPart(accept string) bool {
	part := func(kind string) bool { return strings.Contains(accept, kind) }
	return slices.ContainsFunc([]string{"image/", "audio/", "video/", "font/", "text/css"}, part) && !part("text/html")
}

// originOf is the origin of a page's URL.
func originOf(page string) string {
	u, err := url.Parse(page)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// isBrowser reports whether a request comes from a program that shows pages. All of
// them say Mozilla, and so does PowerShell, which shows none.
func isBrowser(r *http.Request) bool {
	agent := r.UserAgent()
	return strings.Contains(agent, "Mozilla") && !strings.Contains(agent, "PowerShell")
}

// Moved means that a browser is sent on to URL.
type Moved struct{ URL string }

func (m *Moved) Error() string { return "browsers find this at " + m.URL }

// elsewhere is where a browser is sent that names the unspecified address, as the
// fetch metadata, which it sends to trustworthy addresses only, come at 127.0.0.1; nil
// if it may stay. Tutorials have 0.0.0.0 typed.
func elsewhere(r *http.Request) *Moved {
	name, port := split(r)
	ip, err := netip.ParseAddr(name)
	if err != nil || !ip.IsUnspecified() || !isBrowser(r) {
		return nil
	}
	there := "127.0.0.1"
	if ip.Is6() {
		there = "::1"
	}
	u := url.URL{Scheme: scheme(r), Host: net.JoinHostPort(there, port), Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}
	return &Moved{u.String()}
}
