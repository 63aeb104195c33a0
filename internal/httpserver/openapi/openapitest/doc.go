// Package openapitest holds servers to their descriptions: it compares a table
// of routes with an OpenAPI document, and checks requests and answers on their
// way through an HTTP client. It is for tests; no program imports it.
//
// It knows the part of OpenAPI 3.1 and JSON Schema 2020-12 that the
// descriptions use, and fails at every keyword beyond it, so that nothing goes
// unchecked unnoticed.
package openapitest
