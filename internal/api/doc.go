// Package api has the forms of the HTTP API, in JSON: what nodes and the manager
// take and answer, and the words in them that programs rely on.
//
// node.go has a node's forms, ledger.go those about transactions and accounts,
// network.go the manager's, error.go the refusals of both. Package client sends
// and reads them; package server answers with a node's, package manager with
// its own.
package api
