// Package client speaks to nodes and to the manager over HTTP, in the forms of
// package api. It links neither a chain nor a database nor a network of peers.
package client
