// Package server is a node's HTTP server.
//
// routes.go has the table of routes, errors.go what is answered to a node's
// errors. Package httpserver bounds what a request may cost. A chain is sent
// and taken block by block.
package server
