package httpclient

import (
	"errors"
	"net/http"
)

var errRedirect = errors.New("the answer leads elsewhere, which that of a node or manager never does")

// noRedirect is a [http.Client.CheckRedirect] that keeps a request at the address that it
// was meant for: who answers there must not have others asked, or told the token.
func noRedirect(*http.Request, []*http.Request) error { return errRedirect }
