package manager

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
)

// A node's answer is no page of the manager's.
func TestTypesThatArePassedOn(t *testing.T) {
	t.Parallel()
	for there, want := range map[string]string{
		"application/json; charset=utf-8": "application/json; charset=utf-8",
		"text/plain":                      "text/plain",
		"text/html; charset=utf-8":        "application/octet-stream",
		"image/svg+xml":                   "application/octet-stream",
		"":                                "application/octet-stream",
	} {
		recorder := httptest.NewRecorder()
		c, _ := gin.CreateTestContext(recorder)
		answer := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {there}}, Body: http.NoBody}
		require.NoError(t, passOn(c, answer))
		require.Equal(t, want, recorder.Header().Get("Content-Type"), there)
	}
}
