package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A setting that nobody reads is not passed over in silence.
func TestMisspeltVariables(t *testing.T) {
	for name, says := range map[string]string{
		"NETWORKMNGR_AMUONT":            "NETWORKMNGR_AMUONT in the environment is unknown: did you mean NETWORKMNGR_AMOUNT?",
		"NETWORKMNGR_PEERSOUT":          "did you mean NETWORKMNGR_PEERS_OUT?",
		"NETWORKMNGR_port":              "did you mean NETWORKMNGR_PORT?",
		"NETWORKMNGR_SOMETHING_UNHEARD": "NETWORKMNGR_SOMETHING_UNHEARD in the environment is unknown: networkmngr config lists",
	} {
		t.Run(name, func(t *testing.T) {
			elsewhere(t)
			t.Setenv(name, "3")
			_, err := loadManager(t)
			require.ErrorIs(t, err, ErrSetting)
			require.ErrorContains(t, err, says)
			_, err = loadNode(t)
			require.ErrorContains(t, err, says)
		})
	}
}

// What one of the programs or commands looks for is right for the others too.
func TestVariablesOfOtherPrograms(t *testing.T) {
	elsewhere(t)
	for name, value := range map[string]string{
		"NETWORKMNGR_QUIC": "true", "NETWORKMNGR_MANAGER": "http://127.0.0.1:1", "NETWORKMNGR_PASSPHRASE": "x", "NETWORKMNGR_ACCOUNTS": "x", Launched: "x",
	} {
		t.Setenv(name, value)
	}
	_, err := loadManager(t)
	require.NoError(t, err)
}

func TestDecimalFlags(t *testing.T) {
	for text, want := range map[string]int{"010": 10, "0": 0, "00": 0, "+07": 7, "-08": -8, "12": 12} {
		flags := parse(t, ManagerFlags, []string{"--threads=" + text})
		got, err := flags.GetInt("threads")
		require.NoError(t, err)
		require.Equal(t, want, got, text)
	}
	flags := parse(t, ManagerFlags, nil)
	for _, text := range []string{"", "0x10", "0b1", "0o7", "1_000", "+-5", "5-", "1e3", " 5", "-"} {
		require.Error(t, flags.Set("threads", text), text)
	}
}
