// Package openapitest holds servers to their descriptions: it compares a table
// of routes with an OpenAPI document, and checks requests and answers on their
// way through an HTTP client. It is for tests; no program imports it.
//
// Values are checked as JSON Schema 2020-12 has it. Problems finds every keyword
// and format beyond that, so that nothing goes unchecked unnoticed.
package openapitest
