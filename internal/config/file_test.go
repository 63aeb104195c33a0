package config

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever reads a settings file sees the value that counts.
func TestAmbiguousFiles(t *testing.T) {
	for file, contents := range map[string][]string{
		"my.json": {`{"amount": 3, "amount": 4}`, `{"amount": 3, "Amount": 4}`, `{"AMOUNT": 3}`, `{"amount": 3}{"amount": 4}`, `{"amount": 3} x`},
		"my.yaml": {"amount: 3\namount: 4\n", "amount: 3\nAmount: 4\n", "Amount: 3\n"},
		"my.toml": {"amount = 3\namount = 4\n", "amount = 3\nAmount = 4\n", "Amount = 3\n", "amount = 03\n"},
	} {
		for _, content := range contents {
			elsewhere(t)
			write(t, file, content)
			_, err := loadManager(t, "--config", file)
			require.ErrorIs(t, err, ErrSetting, "%s: %s", file, content)
			require.ErrorContains(t, err, file)
		}
	}
}

func TestByteOrderMarkInFiles(t *testing.T) {
	for file, content := range map[string]string{"my.json": `{"amount": 3}`, "my.yaml": "amount: 3\n", "my.toml": "amount = 3\n"} {
		elsewhere(t)
		write(t, file, "\uFEFF"+content)
		m, err := loadManager(t, "--config", file)
		require.NoError(t, err, file)
		require.Equal(t, 3, m.Amount, file)
	}
}

// A number is the same wherever it stands.
func TestNumbersAreDecimal(t *testing.T) {
	elsewhere(t)
	requireAmount := func(from string, args ...string) {
		m, err := loadManager(t, args...)
		require.NoError(t, err, from)
		require.Equal(t, 10, m.Amount, from)
	}
	requireAmount("flag", "-a", "010")
	t.Setenv("NETWORKMNGR_AMOUNT", "010")
	requireAmount("environment")
	t.Setenv("NETWORKMNGR_AMOUNT", "")
	write(t, "my.yaml", "amount: &ten 010\nport: *ten\n")
	requireAmount("file", "--config", "my.yaml")

	write(t, "my.yaml", "amount: 0x10\n")
	_, err := loadManager(t, "--config", "my.yaml")
	require.ErrorContains(t, err, "0x10: want a whole number")
}
