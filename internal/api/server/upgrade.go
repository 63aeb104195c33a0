package server

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
)

// wantsWebSocket reports whether r asks for a WebSocket in the place of an
// answer.
func wantsWebSocket(r *http.Request) bool {
	return r.Method == http.MethodGet && hasToken(r, "Upgrade", "websocket")
}

// checkUpgrade refuses what is no handshake of RFC 6455, section 4.2.1.
func checkUpgrade(r *http.Request) error {
	const version, keySize = "13", 16
	keys := r.Header.Values("Sec-WebSocket-Key")
	switch {
	case !wantsWebSocket(r) || !hasToken(r, "Connection", "Upgrade"):
		return &api.Error{
			Status: http.StatusUpgradeRequired, Code: "upgrade-needed",
			Message: "this is a WebSocket: connect to " + webSocketScheme(r) + "://" + r.Host + r.URL.Path,
		}
	case r.Header.Get("Sec-WebSocket-Version") != version:
		return fmt.Errorf("%w: Sec-WebSocket-Version is %q, want %s", httpserver.ErrMalformed, r.Header.Get("Sec-WebSocket-Version"), version)
	case len(keys) != 1:
		return fmt.Errorf("%w: %d headers Sec-WebSocket-Key, want one", httpserver.ErrMalformed, len(keys))
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(keys[0]))
	if err != nil || len(key) != keySize {
		return fmt.Errorf("%w: Sec-WebSocket-Key is %.64q, want %d bytes in base64", httpserver.ErrMalformed, keys[0], keySize)
	}
	return nil
}

// webSocketScheme is that of WebSockets at the server of a request (RFC 6455, 11.1).
func webSocketScheme(r *http.Request) string {
	if r.TLS != nil {
		return "wss"
	}
	return "ws"
}

// hasToken reports whether a header is a list with this word in it.
func hasToken(r *http.Request, header, token string) bool {
	for _, list := range r.Header.Values(header) {
		for _, word := range strings.Split(list, ",") {
			if strings.EqualFold(strings.TrimSpace(word), token) {
				return true
			}
		}
	}
	return false
}
