package openapi

import (
	_ "embed"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/httpserver"
)

//go:embed docs.html
var page []byte

// explorer is the library that shows the description; see its README.
//
//go:embed explorer/openapi-explorer.min.js
var explorer []byte

// policy is what the page may do: run and ask this server alone. The explorer
// writes its styles into the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; " +
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Routes serve a description and the page that shows it.
func Routes(description []byte) []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Get, Path: "/openapi.yaml", Handle: send("application/yaml", description)},
		{Methods: httpserver.Get, Path: "/docs", Handle: send("text/html; charset=utf-8", page)},
		{Methods: httpserver.Get, Path: "/docs/explorer.js", Handle: send("text/javascript; charset=utf-8", explorer)},
	}
}

func send(contentType string, content []byte) func(*gin.Context) error {
	return func(c *gin.Context) error {
		c.Header("Content-Type", contentType)
		c.Header("Content-Security-Policy", policy)
		c.Header("X-Content-Type-Options", "nosniff")
		_, err := httpserver.TimedWriter{Context: c}.Write(content)
		return err
	}
}
