// Package openapi serves the description of a server's API, an OpenAPI 3.1
// document, and a page to read and try it. The page loads nothing from elsewhere.
package openapi
