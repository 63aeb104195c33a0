// Package api is a node's HTTP server and its typed client.
//
// routes.go has the table of routes, errors.go the one place that turns an
// error into a status, forms.go the JSON that is particular to the API. What a
// request may cost is bounded: its body, the time to send it and to take the
// answer, the connections at one time. A chain is sent and taken block by
// block.
package api
