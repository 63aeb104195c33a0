// Package httpclient is what the typed clients of nodes and of the manager have
// in common: JSON there and back, the token, refusals as *httpserver.Error, and
// a bound on what an answer may cost.
package httpclient
