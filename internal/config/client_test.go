package config

import (
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

func loadClient(t *testing.T, args ...string) (ClientSettings, error) {
	t.Helper()
	return LoadClient(parse(t, ClientFlags, args))
}

func TestAClientLooksWhereTheManagerWouldBe(t *testing.T) {
	elsewhere(t)
	c, err := loadClient(t)
	require.NoError(t, err)
	require.Equal(t, ClientSettings{Manager: DefaultManager()}, c)
	require.Equal(t, "http://127.0.0.1:4999", c.Manager.DefaultURL())

	write(t, managerFile, "port: 7000\nhost: 0.0.0.0\nlogs: there\ntoken: secret-enough-for-me\namount: 3")
	c, err = loadClient(t, "--logs", "here")
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:7000", c.Manager.DefaultURL())
	require.Equal(t, "here", c.Manager.Log.Folder)
	require.Equal(t, "secret-enough-for-me", c.Manager.Token)
	t.Setenv("NETWORKMNGR_HOST", "::1")
	c, err = loadClient(t)
	require.NoError(t, err)
	require.Equal(t, "http://[::1]:7000", c.Manager.DefaultURL())
}

func TestAClientIsToldOfAManager(t *testing.T) {
	elsewhere(t)
	t.Setenv("NETWORKMNGR_MANAGER", "http://10.0.0.1:1")
	c, err := loadClient(t)
	require.NoError(t, err)
	require.Equal(t, "http://10.0.0.1:1", c.URL)
	c, err = loadClient(t, "--manager", "https://other:2")
	require.NoError(t, err)
	require.Equal(t, "https://other:2", c.URL)
	for _, bad := range []string{"127.0.0.1:4999", "ftp://host", "http://", "http://a b", "http://300.1.1.1:4999", "http://localhost:70000"} {
		_, err = loadClient(t, "--manager", bad)
		require.ErrorIs(t, err, ErrSetting, bad)
		require.ErrorContains(t, err, "--manager")
	}
}

func TestAReaderOfLogsIsToldOfNoToken(t *testing.T) {
	elsewhere(t)
	flags := parse(t, LogFlags, []string{"--logs=x", "--manager=http://127.0.0.1:1"})
	require.Nil(t, flags.Lookup(tokenName))
	c, err := LoadClient(flags)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "http://127.0.0.1:1"}, []string{c.Manager.Log.Folder, c.URL})
}

func TestExplainManager(t *testing.T) {
	elsewhere(t)
	write(t, managerFile, "amount: 3\nlog-json: true\ntoken: secret-enough-for-me")
	t.Setenv("NETWORKMNGR_PEERS_OUT", "4")
	explained, err := ExplainManager(parse(t, ManagerFlags, []string{"-p", "7000"}))
	require.NoError(t, err)
	found := make(map[string]Explained)
	for _, e := range explained {
		found[e.Name] = e
	}
	require.Len(t, found, len(explained))
	require.Equal(t, Explained{"port", 7000, "--port"}, found["port"])
	require.Equal(t, Explained{"peers-out", 4, "NETWORKMNGR_PEERS_OUT"}, found["peers-out"])
	require.Equal(t, Explained{"amount", 3, managerFile}, found["amount"])
	require.Equal(t, Explained{"log-json", true, managerFile}, found["log-json"])
	require.Equal(t, Explained{"host", "127.0.0.1", "default"}, found["host"])
	require.Equal(t, Explained{"token", masked, managerFile}, found["token"])

	_, err = ExplainManager(parse(t, ManagerFlags, []string{"-a", "0"}))
	require.ErrorIs(t, err, ErrSetting)
}

func TestValuesHideTheToken(t *testing.T) {
	m := DefaultManager()
	m.Token = "secret"
	values := m.Values()
	require.NotContains(t, values, tokenName)
	require.Equal(t, 4999, values["port"])
	require.Len(t, values, len(m.settings())-1)
}

// A sub-command's own flag is none of the settings that share its name.
func TestForeignFlagIsNoSetting(t *testing.T) {
	elsewhere(t)
	t.Setenv("NETWORKMNGR_AMOUNT", "7")
	flags := parse(t, func(flags *pflag.FlagSet) {
		ClientFlags(flags)
		flags.String("amount", "", "coins")
		flags.String("data", "", "JSON")
	}, []string{"--amount=0.5", "--data={}", "--logs=l"})
	c, err := LoadClient(flags)
	require.NoError(t, err)
	require.Equal(t, 7, c.Manager.Amount)
	require.Empty(t, c.Manager.Data)
	require.Equal(t, "l", c.Manager.Log.Folder)
}
