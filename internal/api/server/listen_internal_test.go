package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver"
)

func originOf(remote string) httpserver.Origin {
	r := httptest.NewRequest(http.MethodGet, "/ws", nil)
	r.RemoteAddr = remote
	local := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 5000}
	return httpserver.OriginOfRequest(r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(local))))
}

// However many strangers listen, one of this machine can.
func TestStrangersLeaveTheOwnerAPlace(t *testing.T) {
	l := newListeners()
	enter := func(remote string) bool {
		_, err := l.enter(originOf(remote))
		return err == nil
	}
	all := 0
	for i := range maxListeners {
		of := 0
		for enter(fmt.Sprintf("203.0.113.%d:1", i)) {
			of++
		}
		require.LessOrEqual(t, of, maxListeners/4, "a stranger's share")
		all += of
	}
	require.Equal(t, maxListeners, all)
	require.True(t, enter("10.0.0.1:1"))
	require.True(t, enter("127.0.0.1:1"))
}
