// Package openapi serves the description of a server's API, which is an OpenAPI
// 3.1 document, and a page that shows it and lets people try it. The page loads
// nothing from elsewhere.
package openapi
