// Package httpserver is what the HTTP servers of nodes and of the manager have
// in common: a table of routes, the guard before each, one form of errors, and
// bounds on what a request may cost: its body, the time to send it and to take
// the answer, the connections at one time, of which each client has a share.
package httpserver
