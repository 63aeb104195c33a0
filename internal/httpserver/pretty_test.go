package httpserver_test

import (
	"net/http"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/httpserver"
)

// Every route takes ?pretty, beside its own parameters, for answers and refusals.
func TestPretty(t *testing.T) {
	base, stop := serve(t,
		httpserver.Route{Methods: httpserver.Post, Path: "/json", Query: []string{"own"}, Handle: func(c *gin.Context) error {
			if c.Query("own") == "no" {
				return httpserver.ErrNotFound
			}
			return httpserver.Answer(c, http.StatusOK, map[string]any{"a": []int{1, 2}})
		}},
		httpserver.Route{Methods: httpserver.Post, Path: "/parts", Handle: func(c *gin.Context) error {
			c.Header("Content-Type", "application/json; charset=utf-8")
			for _, part := range []string{`{"a`, `":[`, "]}\n"} {
				if _, err := (httpserver.TimedWriter{Context: c}).Write([]byte(part)); err != nil {
					return err
				}
			}
			return nil
		}},
		httpserver.Route{Methods: httpserver.Post, Path: "/text", Handle: func(c *gin.Context) error {
			c.String(http.StatusOK, `{"a":1}`)
			return nil
		}},
	)
	defer stop()
	const plain, indented = "{\"a\":[1,2]}\n", "{\n  \"a\": [\n    1,\n    2\n  ]\n}\n"
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/json":                   {http.StatusOK, plain},
		"/json?pretty=false":      {http.StatusOK, plain},
		"/json?pretty":            {http.StatusOK, indented},
		"/json?own=yes&pretty":    {http.StatusOK, indented},
		"/json?pretty=1":          {http.StatusOK, indented},
		"/json?pretty=true":       {http.StatusOK, indented},
		"/parts?pretty":           {http.StatusOK, "{\n  \"a\": []\n}\n"},
		"/text?pretty":            {http.StatusOK, `{"a":1}`},
		"/json?pretty&own=no":     {http.StatusNotFound, "{\n  \"error\": {\n    \"code\": \"not-found\",\n    \"message\": \"not found\"\n  }\n}\n"},
		"/json?pretty=very":       {http.StatusBadRequest, "{\"error\":{\"code\":\"malformed\",\"message\":\"malformed request: pretty is \\\"very\\\", want nothing, true or false\"}}\n"},
		"/json?pretty&pretty=yes": {http.StatusBadRequest, "{\"error\":{\"code\":\"malformed\",\"message\":\"malformed request: parameter \\\"pretty\\\" is there 2 times, want it once\"}}\n"},
	} {
		status, text, err := post(t, t.Context(), base+path, http.NoBody)
		require.NoError(t, err)
		require.Equal(t, want.status, status, path)
		require.Equal(t, want.text, text, path)
	}
}
