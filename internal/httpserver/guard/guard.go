// Package guard keeps strangers from a server on a user's machine. Those are web
// pages of other sites, which reach it through the user's browser, and, where a
// token is set, everybody without it.
//
// A page cannot forge the headers that the guard checks (Host, Origin, Referer,
// User-Agent, those of fetch metadata), and a program that can needs no browser to do
// harm. A browser may leave headers out, and with it the page: an old one sends no
// fetch metadata, no browser sends them to an address such as 0.0.0.0, and a GET for
// an image has no Origin. So a browser's request that acts needs a header that says
// that no other site's page has sent it.
package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
)

var (
	// ErrHost means that the request names another server, as with DNS rebinding.
	ErrHost = errors.New("not a name of this server")
	// ErrCrossSite means that a page of another site sent the request.
	ErrCrossSite = errors.New("requests from other sites' pages are refused")
	// ErrPrefetch means that a browser fetches in advance what the user may never
	// open, such as a half-typed /mine in the address bar.
	ErrPrefetch = errors.New("a browser's prefetch changes nothing here")
	// ErrPart means that a browser fetches a part of a page, such as an image.
	ErrPart = errors.New("a part of a page changes nothing here")
	// ErrUnknownPage means that a browser does not say which page sent the request.
	ErrUnknownPage = errors.New("the browser does not say from which page this comes, and the page may be another site's")
	// ErrToken means that the request changes state without the network's token.
	ErrToken = errors.New("the network's token is missing or wrong")
)

// loopback are the names of every server, at its own port.
var loopback = []string{"localhost", "127.0.0.1", "::1", "0.0.0.0"}

// Guard decides who may use a server.
type Guard struct {
	// Hosts are names that the server answers to besides those of the loopback
	// interface and the address that the client connected to: "name", at the
	// server's own port or the usual one of HTTP, as behind a proxy, or
	// "name:port", as a forwarded port needs.
	Hosts []string
	// Origins are those whose pages may use the server as its own may, such as
	// "https://class.example".
	Origins []string
	// Token, if not empty, must come with requests that change state.
	Token string
}

// Check returns a *Moved, or one of the errors above, if r is refused. changes says
// whether r changes state.
func (g Guard) Check(r *http.Request, changes bool) error {
	if !g.own(r) {
		return fmt.Errorf("%w: Host is %.128q", ErrHost, r.Host)
	}
	if err := g.checkPage(r, changes); err != nil {
		return err
	}
	if moved := elsewhere(r); moved != nil {
		return moved
	}
	if !changes {
		return nil
	}
	if err := g.checkAct(r); err != nil {
		return err
	}
	return g.checkSender(r)
}

// own reports whether r's Host is a name of this server, with the port that the
// client connected to.
func (g Guard) own(r *http.Request) bool {
	name, port := split(r)
	if slices.ContainsFunc(g.Hosts, func(h string) bool { return isOf(h, name, port) }) {
		return true
	}
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if local == nil {
		return false
	}
	localIP, localPort, _ := net.SplitHostPort(local.String())
	if port != localPort {
		return false
	}
	return name == localIP || slices.Contains(loopback, name) ||
		slices.ContainsFunc(g.Hosts, func(h string) bool { return strings.ToLower(h) == name })
}

// isOf reports whether an allowed host has this name and port. Either may leave out the
// port that a scheme usually has, and a proxy that is asked over HTTPS may ask over HTTP.
func isOf(allowed, name, port string) bool {
	allowedName, allowedPort := splitHost(allowed, usualPorts["http"])
	return allowedName == name && (allowedPort == port || isUsual(allowedPort) && isUsual(port))
}

func isUsual(port string) bool { return port == usualPorts["http"] || port == usualPorts["https"] }

// split splits a request's Host; the port that its scheme usually has may be missing.
func split(r *http.Request) (name, port string) { return splitHost(r.Host, usualPorts[scheme(r)]) }

func splitHost(host, usual string) (name, port string) {
	host = strings.ToLower(host)
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		return strings.Trim(host, "[]"), usual
	}
	return name, port
}

// usualPorts are left out in a URL.
var usualPorts = map[string]string{"http": "80", "https": "443"}

// scheme is that of the URL that a request was sent to.
func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// checkSender checks what must come with a request that acts: the token, which a page
// cannot send to another origin unasked, or without one, of a browser, the page's
// origin.
func (g Guard) checkSender(r *http.Request) error {
	switch {
	case g.Token != "" && !bears(r, g.Token):
		return fmt.Errorf("%w: it is needed as \"Authorization: Bearer TOKEN\"", ErrToken)
	case g.Token == "" && isBrowser(r) && r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "":
		return fmt.Errorf("%w: open it at 127.0.0.1 in a browser of today, which sends Sec-Fetch-Site, or use curl", ErrUnknownPage)
	}
	return nil
}

// bears compares digests, so that its time reveals neither the token nor its
// length.
func bears(r *http.Request, token string) bool {
	scheme, got, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given, want := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(token))
	return strings.EqualFold(scheme, "Bearer") && subtle.ConstantTimeCompare(given[:], want[:]) == 1
}
