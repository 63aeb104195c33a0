package wallet

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"networkmngr/internal/consensus"
	"networkmngr/internal/disk"
	"networkmngr/internal/types"
)

var (
	// ErrName means that no account of one's own can have a name.
	ErrName = errors.New("not a name for an account")
	// ErrExists means that there is such an account; it is never overwritten.
	ErrExists = errors.New("account exists already")
	// ErrNoAccount means that there is no such account.
	ErrNoAccount = errors.New("no such account")
	// ErrFile is wrapped by every refusal of a damaged file.
	ErrFile = errors.New("not an account's file")
)

// Accounts are a person's own: a folder with a file for each, NAME.json.
type Accounts struct {
	folder string
	work   int // scrypt's, as a power of two
}

// Account is what may be known without the passphrase.
type Account struct {
	Name    string        `json:"name"`
	Address types.Address `json:"address"`
	File    string        `json:"file"`
}

// accountFile is a file's content: its key, as EncodeKey gives it, is encrypted
// with the passphrase by age (https://age-encryption.org/v1), in its armor.
type accountFile struct {
	Address types.Address `json:"address"`
	Key     string        `json:"key"`
}

// fileEnd is how every account's file is called after its name.
const fileEnd = ".json"

// OpenAccounts gives the accounts of a folder, which need not exist yet. work is
// what trying a passphrase costs for those that are added; see UsualWork.
func OpenAccounts(folder string, work int) *Accounts { return &Accounts{folder: folder, work: work} }

// CheckName refuses what cannot be the name of an account of one's own: what is
// no name, and those that a network gives, however they are written.
func CheckName(name string) error {
	if !IsName(name) {
		return fmt.Errorf("%w: %q, want up to %d letters, digits, - and _, a letter first, and not %s", ErrName, name, maxName, addressStart)
	}
	for _, taken := range append([]string{NodeName}, consensus.DevNames...) {
		if strings.EqualFold(name, taken) {
			return fmt.Errorf("%w: %q is a well-known account's", ErrName, name)
		}
	}
	return nil
}

// Add keeps a key under a name.
func (a *Accounts) Add(name, passphrase string, key ed25519.PrivateKey) (Account, error) {
	if err := CheckName(name); err != nil {
		return Account{}, err
	}
	if _, err := a.read(name); !errors.Is(err, ErrNoAccount) {
		return Account{}, fmt.Errorf("%w: %s", ErrExists, a.path(name))
	}
	encrypted, err := encrypt(EncodeKey(key), passphrase, a.work)
	if err != nil {
		return Account{}, err
	}
	text, err := json.MarshalIndent(accountFile{types.AddressOfKey(key), encrypted}, "", "  ")
	if err != nil {
		return Account{}, err
	}
	if err := disk.MakeFolder(a.folder, 0o700); err != nil {
		return Account{}, err
	}
	if err := createFile(a.path(name), append(text, '\n')); errors.Is(err, fs.ErrExist) {
		return Account{}, fmt.Errorf("%w: %s", ErrExists, a.path(name))
	} else if err != nil {
		return Account{}, err
	}
	return Account{name, types.AddressOfKey(key), a.path(name)}, nil
}

func (a *Accounts) path(name string) string { return filepath.Join(a.folder, name+fileEnd) }

// List gives all accounts by name.
func (a *Accounts) List() ([]Account, error) {
	entries, err := os.ReadDir(a.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	list := []Account{}
	for _, entry := range entries {
		name, isAccount := strings.CutSuffix(entry.Name(), fileEnd)
		if !isAccount || CheckName(name) != nil {
			continue
		}
		file, err := a.read(name)
		if err != nil {
			return nil, err
		}
		list = append(list, Account{name, file.Address, a.path(name)})
	}
	return list, nil
}

// Find gives the account with a name or an address. Where a name will do, no
// other account's file matters.
func (a *Accounts) Find(text string) (Account, error) {
	if CheckName(text) == nil {
		file, err := a.read(text)
		if err != nil {
			return Account{}, err
		}
		return Account{text, file.Address, a.path(text)}, nil
	}
	list, err := a.List()
	if err != nil {
		return Account{}, err
	}
	i := slices.IndexFunc(list, func(a Account) bool { return a.Address.String() == text })
	if i < 0 {
		return Account{}, fmt.Errorf("%w: %q in %s", ErrNoAccount, text, a.folder)
	}
	return list[i], nil
}

// Key gives the key of a name.
func (a *Accounts) Key(name, passphrase string) (ed25519.PrivateKey, error) {
	file, err := a.read(name)
	if err != nil {
		return nil, err
	}
	text, err := decrypt(file.Key, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.path(name), err)
	}
	key, err := DecodeKey(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrFile, a.path(name), err)
	}
	if address := types.AddressOfKey(key); address != file.Address {
		return nil, fmt.Errorf("%w: %s says that it is %s, its key is that of %s", ErrFile, a.path(name), file.Address, address)
	}
	return key, nil
}

func (a *Accounts) read(name string) (file accountFile, err error) {
	if err := CheckName(name); err != nil {
		return file, err
	}
	text, err := os.ReadFile(a.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return file, fmt.Errorf("%w: %q in %s", ErrNoAccount, name, a.folder)
	}
	if err != nil {
		return file, err
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return file, fmt.Errorf("%w: %s: %w", ErrFile, a.path(name), err)
	}
	if file.Address == (types.Address{}) || file.Key == "" {
		return file, fmt.Errorf("%w: %s: address or key is missing", ErrFile, a.path(name)) // nobody shall pay to it
	}
	return file, nil
}

// createFile makes a file that is there whole or not at all, and never in the
// place of another.
func createFile(path string, content []byte) error {
	draft, err := os.CreateTemp(filepath.Dir(path), ".account-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(content)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil {
		return err
	}
	return disk.SyncFolder(filepath.Dir(path))
}
