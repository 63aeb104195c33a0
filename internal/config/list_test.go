package config

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A list may be one flag or several.
func TestListsOfFlags(t *testing.T) {
	elsewhere(t)
	flags := parse(t, NodeFlags, []string{"--peers=127.0.0.1:5000, 127.0.0.1:5001", "--peers", "127.0.0.1:5002", "--seeds="})
	n, err := LoadNode(flags)
	require.NoError(t, err)
	require.Equal(t, []string{"127.0.0.1:5000", "127.0.0.1:5001", "127.0.0.1:5002"}, n.Peers)
	require.Empty(t, n.Seeds)
	require.NotContains(t, flags.FlagUsages(), "default )")
}

// elements are valid ones of each setting that is a list.
var elements = map[string]string{
	"peers": "127.0.0.1:5000", "seeds": "[::1]:5000", "allow-hosts": "lab.example:8080",
	"allow-origins": "https://class.example", "fingerprint": "sha256:" + strings.Repeat("0f", 32),
}

// No list is read as CSV, where quotation marks mean something: one too many is refused with
// the setting's name and the text, wherever it stands.
func TestStrayQuotesInLists(t *testing.T) {
	elsewhere(t)
	n := DefaultNode()
	for _, s := range n.settings() {
		if _, isList := s.field.(*[]string); !isList {
			continue
		}
		element := elements[s.name]
		require.NoError(t, loadedBy["a flag"](t, s.name, element), s.name)
		for source, load := range loadedBy {
			for _, text := range []string{`"` + element, element + `"`, `"` + element + `"`, element + `,"`} {
				err := load(t, s.name, text)
				require.ErrorIs(t, err, ErrSetting, "%s in %s: %s", text, source, s.name)
				require.ErrorContains(t, err, s.name, text)
				require.ErrorContains(t, err, `\"`, text)
			}
		}
	}
}

// loadedBy sets a node's setting in one way each, and returns what is wrong with it.
var loadedBy = map[string]func(t *testing.T, name, text string) error{
	"a flag": func(t *testing.T, name, text string) error { return loaded(t, "--"+name, text) },
	"the environment": func(t *testing.T, name, text string) error {
		t.Setenv(variable(name), text)
		defer t.Setenv(variable(name), "")
		return loaded(t)
	},
	"a file": func(t *testing.T, name, text string) error {
		write(t, "list.yaml", name+": '"+text+"'\n")
		return loaded(t, "--config=list.yaml")
	},
}

func loaded(t *testing.T, args ...string) error {
	_, err := LoadNode(parse(t, NodeFlags, args))
	return err
}
