package daemon

import (
	"context"
	"net"
	"net/http/httptrace"

	"networkmngr/internal/netgroup"
)

// withTeller has teller set to the reach of what answers the requests of a context, by the
// IP address that they went to: of several the farthest. A name that is looked up again may
// lead elsewhere.
func withTeller(ctx context.Context, teller *netgroup.Reach) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		if at, is := got.Conn.RemoteAddr().(*net.TCPAddr); is {
			*teller = max(*teller, netgroup.Teller(at.AddrPort().Addr()))
		}
	}})
}
