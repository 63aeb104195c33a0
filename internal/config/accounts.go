package config

import (
	"cmp"
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
	Folder         string // empty if none is named, and the user has no configuration folder
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
// AccountsFlag has registered, and environment.
func LoadAccounts(flags *pflag.FlagSet) WalletSettings {
	w := WalletSettings{Passphrase: os.Getenv(variable(passphraseName))}
	w.PassphraseFile, _ = flags.GetString(passphraseFileName) // empty where there is no such flag
	folder, _ := flags.GetString(accountsName)
	w.Folder = cmp.Or(folder, os.Getenv(variable(accountsName)))
	if base, err := os.UserConfigDir(); w.Folder == "" && err == nil {
		w.Folder = filepath.Join(base, "networkmngr", "accounts")
	}
	return w
}

// CheckFolder returns an ErrSetting if there is no folder: for commands that are of no use
// without one. The others know the network's accounts all the same.
func (w WalletSettings) CheckFolder() error {
	return unless(w.Folder != "", "accounts: this user has no configuration folder, as HOME is not set: name a folder with --%s or %s", accountsName, variable(accountsName))
}
