package httpclient

import (
	"net"
	"net/http"

	"networkmngr/internal/certificate"
)

// NewHTTP makes a client over a transport of its own, which keeps each request at the address
// that it was meant for, and takes the servers there that trust takes. Of a nil trust it
// speaks plain HTTP, and TLS with those only that this system's authorities vouch for.
func NewHTTP(trust *certificate.Trust, transport *http.Transport) *http.Client {
	if transport.DialContext == nil {
		transport.DialContext = new(net.Dialer).DialContext
	}
	if trust != nil {
		transport.DialTLSContext = trust.Dial(transport.DialContext)
	}
	return &http.Client{Transport: transport, CheckRedirect: noRedirect}
}
