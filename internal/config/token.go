package config

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
)

// Bounds of a token: with the shortest, nobody finds it by trying.
const (
	minToken = 16
	maxToken = 256
)

var errTwoTokens = errors.New("there is a token too: want one of them")

// readToken reads the token from the file that is named for it, if one is.
func (c *Common) readToken() error {
	if c.TokenFile == "" {
		return nil
	}
	token, err := firstLine(c.TokenFile)
	if err == nil && c.Token != "" {
		err = errTwoTokens
	}
	if err == nil && token == "" {
		err = errors.New("its first line is empty")
	}
	if err != nil {
		return fmt.Errorf("%w: %s %s: %w", ErrSetting, tokenFileName, c.TokenFile, err)
	}
	c.Token = token
	return nil
}

func firstLine(path string) (string, error) {
	text, err := os.ReadFile(path)
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line), err
}

// validateToken accepts what fits in an HTTP header. The error does not show the
// token, as errors are logged.
func validateToken(token string) error {
	notPlain := func(r rune) bool { return r <= ' ' || r > '~' }
	fits := minToken <= len(token) && len(token) <= maxToken && !strings.ContainsFunc(token, notPlain)
	return unless(token == "" || fits, "token of %d bytes: want %d to %d ASCII characters without spaces", len(token), minToken, maxToken)
}

// MakeToken makes a token if changes need one and none is set, and reports whether it
// did.
func (c *Common) MakeToken() bool {
	if c.Loopback() || c.Token != "" {
		return false
	}
	c.Token = rand.Text()
	return true
}

// RequiredToken is the token that changes must carry: none on loopback.
func (c Common) RequiredToken() string {
	if c.Loopback() {
		return ""
	}
	return c.Token
}
