package openapi_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/openapi"
	"networkmngr/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// serve runs a server that has only the description's routes.
func serve(t *testing.T, description string) (base string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := httpserver.New(httpserver.Options{
		Routes: openapi.Routes([]byte(description)), Logger: hclog.NewNullLogger(),
		Refuse: func(error) *api.Error { return nil },
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return "http://" + listener.Addr().String()
}

func get(t *testing.T, url string) (http.Header, string) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	return response.Header, string(body)
}

func TestDescription(t *testing.T) {
	header, body := get(t, serve(t, "openapi: 3.1.1\n")+"/openapi.yaml")
	require.Equal(t, "application/yaml", header.Get("Content-Type"))
	require.Equal(t, "openapi: 3.1.1\n", body)
}

// The page asks its own server alone, and what it asks for is there.
func TestPageLoadsNothingFromElsewhere(t *testing.T) {
	base := serve(t, "")
	header, page := get(t, base+"/docs")
	require.Equal(t, "text/html; charset=utf-8", header.Get("Content-Type"))
	require.Equal(t, "nosniff", header.Get("X-Content-Type-Options"))
	policy := header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'; script-src 'self';")
	require.Contains(t, policy, "frame-ancestors 'none'")
	require.NotContains(t, policy, "http")
	require.NotContains(t, policy, "*")

	links := regexp.MustCompile(`(?:src|href|spec-url)="([^"]*)"`).FindAllStringSubmatch(page, -1)
	require.NotEmpty(t, links)
	for _, link := range links {
		if link[1] == "data:," {
			continue // the icon, which is none
		}
		require.True(t, strings.HasPrefix(link[1], "/") && !strings.HasPrefix(link[1], "//"), link[1])
		get(t, base+link[1])
	}
}

// The library is the one that its README names.
func TestExplorerIsPinned(t *testing.T) {
	header, program := get(t, serve(t, "")+"/docs/explorer.js")
	require.Equal(t, "text/javascript; charset=utf-8", header.Get("Content-Type"))
	readme, err := os.ReadFile("explorer/README.md")
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(program))
	require.Contains(t, string(readme), hex.EncodeToString(sum[:]))
}
