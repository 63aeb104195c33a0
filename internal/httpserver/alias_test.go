package httpserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver"
)

func aliased() []httpserver.Route {
	return []httpserver.Route{
		{Methods: []string{http.MethodDelete}, Path: "/things/:name", Query: []string{"count"}, Body: 100, Changes: true, Handle: func(c *gin.Context) error {
			return httpserver.Answer(c, http.StatusOK, c.Param("name")+c.Query("count"))
		}},
		{Methods: httpserver.GetPost, Path: "/remove/:name", AliasOf: "DELETE /things/:name"},
	}
}

// An alias has the limits and the guard of its canonical route.
func TestAlias(t *testing.T) {
	base, stop := serve(t, aliased()...)
	defer stop()
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/remove/box?count=2": {http.StatusOK, `"box2"`},
		"/remove/box?size=2":  {http.StatusBadRequest, `"malformed"`},
		"/things/box":         {http.StatusMethodNotAllowed, "DELETE"},
	} {
		status, text, err := post(t, t.Context(), base+path, strings.NewReader("some body"))
		require.NoError(t, err)
		require.Equal(t, want.status, status, text)
		require.Contains(t, text, want.text)
	}
	status, _, err := post(t, t.Context(), base+"/remove/box", strings.NewReader(strings.Repeat("x", 101)))
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
}

// What changes something is not done ahead of time, whatever its name.
func TestAliasIsGuarded(t *testing.T) {
	base, stop := serve(t, aliased()...)
	defer stop()
	request, err := http.NewRequest(http.MethodGet, base+"/remove/box", nil)
	require.NoError(t, err)
	request.Header.Set("Sec-Purpose", "prefetch")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusForbidden, response.StatusCode)
}

// A name under which a body may be left out is free to ask without one.
func TestAliasWithoutABody(t *testing.T) {
	routes := append(aliased(), httpserver.Route{Methods: httpserver.Get, Path: "/look/:name", AliasOf: "DELETE /things/:name", BodyOptional: true})
	base, stop := serve(t, routes...)
	defer stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, test := range []struct {
		method, body string
		want         int
	}{
		{http.MethodGet, "", http.StatusOK}, {http.MethodHead, "", http.StatusOK},
		{http.MethodGet, "x", http.StatusForbidden}, {http.MethodHead, "x", http.StatusForbidden},
	} {
		request, err := http.NewRequest(test.method, base+"/look/box", strings.NewReader(test.body))
		require.NoError(t, err)
		request.Header.Set("Sec-Purpose", "prefetch")
		response, err := client.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, test.want, response.StatusCode, test)
	}
	request, err := http.NewRequest(http.MethodHead, base+"/look/box", strings.NewReader("x"))
	require.NoError(t, err)
	response, err := client.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusBadRequest, response.StatusCode, "HEAD does nothing")
}

func TestAliasOfNothing(t *testing.T) {
	for _, of := range []string{"GET /things/:name", "POST /remove/:name", "DELETE /nothing"} {
		table := append(aliased(), httpserver.Route{Methods: httpserver.Get, Path: "/other", AliasOf: of})
		require.PanicsWithValue(t, "alias /other of "+of+", which is no canonical route", func() { httpserver.Resolve(table) })
	}
}

func TestListing(t *testing.T) {
	require.Equal(t, httpserver.Listing{
		Routes:  []string{"DELETE /things/:name"},
		Aliases: map[string]string{"GET /remove/:name": "DELETE /things/:name", "POST /remove/:name": "DELETE /things/:name"},
	}, httpserver.List(aliased()))
}
