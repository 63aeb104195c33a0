package manager

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A node's answer is no page of the manager's.
func TestTypesThatArePassedOn(t *testing.T) {
	for there, want := range map[string]string{
		"application/json; charset=utf-8": "application/json; charset=utf-8",
		"text/plain":                      "text/plain",
		"text/html; charset=utf-8":        "application/octet-stream",
		"image/svg+xml":                   "application/octet-stream",
		"":                                "application/octet-stream",
	} {
		require.Equal(t, want, passedType(there), there)
	}
}
