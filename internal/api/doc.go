// Package api is a node's HTTP server and its typed client.
//
// routes.go has the table of routes, errors.go what is answered to a node's
// errors, forms.go the JSON that is particular to the API. Package httpserver
// bounds what a request may cost. A chain is sent and taken block by block.
package api
