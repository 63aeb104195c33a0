// Package httpserver is shared by the HTTP servers of nodes and of the manager: a
// table of routes with a guard, one form of errors, and limits. The limits bound
// bodies, the time to send one and to read the answer, and the connections at one
// time, of which each client has a share.
package httpserver
