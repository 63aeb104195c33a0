package config

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
)

const (
	accountsName       = "accounts"
	passphraseFileName = "passphrase-file"
	passphraseName     = "passphrase" // in the environment only: everybody may read a process's arguments
)

// WalletSettings says where a user's accounts are, and what decrypts them.
type WalletSettings struct {
	Folder         string
	PassphraseFile string // its first line is the passphrase; empty if there is none
	Passphrase     string // from the environment; empty if there is none
}

// AccountsFlag registers the flag of commands that read a user's accounts without keys.
func AccountsFlag(flags *pflag.FlagSet) {
	flags.String(accountsName, "", "`folder` of your own accounts (default networkmngr/accounts in your configuration folder)")
}

// AccountFlags registers the flags of commands that use a user's accounts.
func AccountFlags(flags *pflag.FlagSet) {
	AccountsFlag(flags)
	flags.String(passphraseFileName, "", "`file` whose first line is the passphrase (default "+variable(passphraseName)+", or asked for)")
}

// LoadAccounts returns the settings from parsed flags, which AccountFlags or
// AccountsFlag has registered, and environment. The error wraps ErrSetting.
func LoadAccounts(flags *pflag.FlagSet) (WalletSettings, error) {
	a := WalletSettings{Passphrase: os.Getenv(variable(passphraseName))}
	a.PassphraseFile, _ = flags.GetString(passphraseFileName) // empty where there is no such flag
	folder, _ := flags.GetString(accountsName)
	if a.Folder = cmp.Or(folder, os.Getenv(variable(accountsName))); a.Folder != "" {
		return a, nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return a, fmt.Errorf("%w: %s: %w: name a folder", ErrSetting, accountsName, err)
	}
	a.Folder = filepath.Join(base, "networkmngr", "accounts")
	return a, nil
}
