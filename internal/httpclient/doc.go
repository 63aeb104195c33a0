// Package httpclient is shared by the typed clients of nodes and of the manager:
// JSON requests and answers, the token, errors as *api.Error, and a bound on
// an answer's size.
package httpclient
