package command

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// passphraseWork is what trying the passphrase of a new account costs; only
// tests lower it.
var passphraseWork = wallet.DefaultWork

// ownAccounts is what the account commands work with.
type ownAccounts struct {
	*wallet.Accounts
	settings config.WalletSettings
	stdin    io.Reader
	prompts  io.Writer
	out      *terminal.Output
}

func accountCommand() *cobra.Command {
	command := onAccounts(&cobra.Command{
		Use:   "account",
		Short: "Make and keep accounts of your own",
		Long: `Make and keep accounts of your own, for send --from NAME. Each is a file in the
folder that --accounts names, or NETWORKMNGR_ACCOUNTS; its key is encrypted with
a passphrase by age (age-encryption.org). The passphrase is asked for, or taken
from --passphrase-file or NETWORKMNGR_PASSPHRASE. The network's named accounts
(alice, bob, ...) need no file: everybody knows their keys. Without a word
behind it, account lists yours.`,
		Example: `  networkmngr account new zoe
  networkmngr send --from alice --to zoe --amount 3
  networkmngr account export zoe > zoe.pem`,
	}, 0, 0, listAccounts)
	command.Args = noCommand
	command.AddCommand(accountNew(), accountList(), accountShow(), accountImport(), accountExport())
	return command
}

// onAccounts makes command one that works with a user's own accounts and
// takes arguments: as many as are named.
func onAccounts(command *cobra.Command, minArgs, maxArgs int, run func(context.Context, *ownAccounts, []string) error) *cobra.Command {
	config.AccountFlags(command.Flags())
	command.Args = func(_ *cobra.Command, args []string) error {
		if len(args) < minArgs || len(args) > maxArgs {
			return misuse(fmt.Errorf("%s: want networkmngr account %s", argumentCount(args), command.Use))
		}
		return nil
	}
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		a := openOwn(command, out)
		if err := a.settings.CheckFolder(); err != nil {
			return err
		}
		return mendable(run(command.Context(), a, command.Flags().Args()))
	})
}

// openOwn returns the accounts that a command's flags name.
func openOwn(command *cobra.Command, out *terminal.Output) *ownAccounts {
	settings := config.LoadAccounts(command.Flags())
	return &ownAccounts{
		Accounts: wallet.OpenAccounts(settings.Folder, passphraseWork), settings: settings,
		stdin: command.InOrStdin(), prompts: command.ErrOrStderr(), out: out,
	}
}

// mendable marks what the user can mend.
func mendable(err error) error {
	for _, theirs := range []error{wallet.ErrName, wallet.ErrExists, wallet.ErrNoAccount, wallet.ErrKey} {
		if errors.Is(err, theirs) {
			return misuse(err)
		}
	}
	return err
}

// parse reads a name of the network's, one of the user's own, or an address.
func (a *ownAccounts) parse(names *wallet.Names, text string) (types.Address, error) {
	address, unknown := names.Parse(text)
	if !errors.Is(unknown, wallet.ErrUnknownName) {
		return address, unknown
	}
	account, err := a.Find(text)
	switch {
	case !errors.Is(err, wallet.ErrNoAccount):
		return account.Address, err
	case a.settings.Folder == "":
		return address, unknown
	default:
		return address, fmt.Errorf("%w, or one of your own in %s", unknown, a.settings.Folder)
	}
}

// nameOf is the user's own name for an address, or empty.
func (a *ownAccounts) nameOf(address types.Address) string {
	account, _ := a.Find(address.String())
	return account.Name
}

func accountNew() *cobra.Command {
	return onAccounts(&cobra.Command{
		Use:     "new NAME",
		Short:   "Make an account",
		Long:    "Make an account with a new key. With --json: name, address and file.",
		Example: "  networkmngr account new zoe",
	}, 1, 1, func(ctx context.Context, a *ownAccounts, args []string) error {
		_, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			return err
		}
		return a.add(ctx, args[0], key)
	})
}

func accountImport() *cobra.Command {
	return onAccounts(&cobra.Command{
		Use:   "import NAME [FILE]",
		Short: "Keep a key that you have as an account",
		Long: `Keep an ed25519 key as an account. It comes from the file or standard input, as
PKCS #8 in PEM, the form that openssl gives. With --json: name, address and
file.`,
		Example: `  networkmngr account import zoe zoe.pem
  openssl genpkey -algorithm ed25519 | networkmngr account import zoe`,
	}, 1, 2, func(ctx context.Context, a *ownAccounts, args []string) error {
		text, err := a.keyText(args[1:])
		if err != nil {
			return misuse(err)
		}
		key, err := wallet.DecodeKey(text)
		if err != nil {
			return err
		}
		return a.add(ctx, args[0], key)
	})
}

// keyText reads the file that is named, or else standard input.
func (a *ownAccounts) keyText(files []string) ([]byte, error) {
	if len(files) > 0 && files[0] != "-" {
		return os.ReadFile(files[0])
	}
	const maxKey = 64 << 10 // bytes; a key has 119
	return io.ReadAll(io.LimitReader(a.stdin, maxKey))
}

// add asks for a passphrase only if the name is free.
func (a *ownAccounts) add(ctx context.Context, name string, key ed25519.PrivateKey) error {
	if err := wallet.CheckName(name); err != nil {
		return err
	}
	switch there, err := a.Find(name); {
	case err == nil:
		return fmt.Errorf("%w: %s", wallet.ErrExists, there.File)
	case !errors.Is(err, wallet.ErrNoAccount):
		return err
	}
	secret, err := passphrase(ctx, a.settings, a.prompts, name, true)
	if err != nil {
		return err
	}
	added, err := a.Add(name, secret, key)
	if err != nil {
		return err
	}
	return a.print(added)
}

func (a *ownAccounts) print(account wallet.Account) error {
	return a.out.Result(account, func() {
		a.out.Printf("%s  %s\n%s\n", account.Name, account.Address, account.File)
	})
}

func accountShow() *cobra.Command {
	return onAccounts(&cobra.Command{
		Use:     "show NAME",
		Short:   "Show an account's address and file",
		Long:    "Show the address and the file of the account with a name or an address, without\nits passphrase. With --json: name, address and file.",
		Example: "  networkmngr account show zoe",
	}, 1, 1, func(_ context.Context, a *ownAccounts, args []string) error {
		account, err := a.Find(args[0])
		if err != nil {
			return err
		}
		return a.print(account)
	})
}

func accountList() *cobra.Command {
	return onAccounts(&cobra.Command{
		Use:     "list",
		Short:   "List your accounts",
		Long:    "List your accounts and their addresses. With --json, a list of name, address\nand file.",
		Example: "  networkmngr account list",
	}, 0, 0, listAccounts)
}

func listAccounts(_ context.Context, a *ownAccounts, _ []string) error {
	list, err := a.List()
	if err != nil {
		return err
	}
	return a.out.Result(list, func() { a.printList(list) })
}

func (a *ownAccounts) printList(list []wallet.Account) {
	if len(list) == 0 {
		a.out.Printf("none in %s\nnetworkmngr account new NAME makes one\n", a.settings.Folder)
		return
	}
	rows := make([][]any, len(list))
	for i, account := range list {
		rows[i] = []any{account.Name, account.Address}
	}
	a.out.Table([]string{"name", "address"}, rows)
}

func accountExport() *cobra.Command {
	return onAccounts(&cobra.Command{
		Use:   "export NAME",
		Short: "Print an account's key",
		Long: `Print an account's key, not encrypted, as PKCS #8 in PEM, which openssl takes.
Whoever has it can spend all that the account has. With --json: name, address
and key.`,
		Example: `  networkmngr account export zoe > zoe.pem
  openssl pkey -in zoe.pem -text -noout`,
	}, 1, 1, func(ctx context.Context, a *ownAccounts, args []string) error {
		account, err := a.Find(args[0])
		if err != nil {
			return err
		}
		key, err := a.open(ctx, account)
		if err != nil {
			return err
		}
		text := string(wallet.EncodeKey(key))
		return a.out.Result(exportForm{account.Name, account.Address.String(), text}, func() {
			a.out.Printf("%s", terminal.Markup(text))
		})
	})
}

// exportForm is what "account export --json" prints.
type exportForm struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Key     string `json:"key"` // PEM
}

// open asks for the passphrase, if need be, and returns an account's key.
func (a *ownAccounts) open(ctx context.Context, account wallet.Account) (ed25519.PrivateKey, error) {
	secret, err := passphrase(ctx, a.settings, a.prompts, account.Name, false)
	if err != nil {
		return nil, err
	}
	return a.Key(account.Name, secret)
}
