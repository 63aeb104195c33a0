package api_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
)

func TestBeginsHash(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "abcde": false, "abcdef": true, "ABCDEF0": true, "abcdeg": false, "ab cdef": false,
		"123456": false, "0123456": true, "12345678901234567890": false, "123456789012345678901": true,
		strings.Repeat("a", 64): true, strings.Repeat("a", 65): false, strings.Repeat("0", 64): true,
	} {
		require.Equal(t, want, api.BeginsHash(text), "%q", text)
	}
}
