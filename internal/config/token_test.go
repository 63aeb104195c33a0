package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const goodToken = "secret-enough-for-me"

func TestTokenFromAFile(t *testing.T) {
	elsewhere(t)
	for _, content := range []string{goodToken, goodToken + "\n", goodToken + "\r\nmore\n", " " + goodToken + " \n"} {
		write(t, "my.token", content)
		m, err := loadManager(t, "--token-file", "my.token")
		require.NoError(t, err)
		require.Equal(t, goodToken, m.Token)
		n, err := loadNode(t, "--token-file", "my.token")
		require.NoError(t, err)
		require.Equal(t, goodToken, n.Token)
		c, err := loadClient(t, "--token-file", "my.token")
		require.NoError(t, err)
		require.Equal(t, goodToken, c.Manager.Token)
	}
	m, err := loadManager(t, "--token-file", "my.token")
	require.NoError(t, err)
	require.NotContains(t, m.Node(5000).Named(), tokenFileName, "a node has it in its environment")
}

func TestBadTokenFiles(t *testing.T) {
	elsewhere(t)
	for content, says := range map[string]string{
		"": "first line is empty", "\n" + goodToken: "first line is empty", "short": "token of 5 bytes", "two words of a token": "without spaces",
	} {
		write(t, "my.token", content)
		_, err := loadManager(t, "--token-file", "my.token")
		require.ErrorIs(t, err, ErrSetting)
		require.ErrorContains(t, err, says)
	}
	write(t, "my.token", goodToken)
	_, err := loadManager(t, "--token-file", "my.token", "--token", goodToken)
	require.ErrorIs(t, err, ErrSetting)
	require.ErrorContains(t, err, "want one of them")
	_, err = loadManager(t, "--token-file", "gone")
	require.ErrorContains(t, err, "token-file gone")
}

// Who opens a network to others has a token whether they thought of one or not.
func TestMakeToken(t *testing.T) {
	c := DefaultManager().Common
	require.False(t, c.MakeToken(), "loopback needs none")
	require.Empty(t, c.RequiredToken())

	c.Host = "0.0.0.0"
	require.True(t, c.MakeToken())
	require.NoError(t, validateToken(c.Token))
	require.NotEmpty(t, c.Token)
	require.Equal(t, c.Token, c.RequiredToken())
	other := c
	require.False(t, other.MakeToken(), "it is there")
	other.Token = ""
	require.True(t, other.MakeToken())
	require.NotEqual(t, c.Token, other.Token)
}
