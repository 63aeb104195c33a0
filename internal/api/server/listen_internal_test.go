package server

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
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

// A message that does not go on does not stay in memory.
func TestMessageThatIsCutOff(t *testing.T) {
	heard := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			heard <- err
			return
		}
		l := &listener{conn: conn, take: func([]types.Block) {}, share: new(httpserver.Server).Share, hearTime: time.Millisecond}
		heard <- l.hear()
	}))
	defer server.Close()
	conn, _, err := websocket.Dial(t.Context(), server.URL, nil)
	require.NoError(t, err)
	defer conn.CloseNow()
	message, err := conn.Writer(t.Context(), websocket.MessageText)
	require.NoError(t, err)
	// More than the writer holds back, less than a message may have. It fails once the
	// listener is closed.
	_, _ = message.Write(make([]byte, 16<<10))
	require.Error(t, <-heard)
}
