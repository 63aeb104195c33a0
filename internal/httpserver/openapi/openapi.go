package openapi

import (
	_ "embed"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/httpserver"
)

//go:embed docs.html
var page []byte

// explorer is the library of the page; see its README.
//
//go:embed explorer/openapi-explorer.min.js
var explorer []byte

// policy lets the page run scripts of, and ask, only this server. The explorer
// writes its styles into the page.
const policy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; " +
	"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Routes serve a description and its page.
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
