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

	"networkmngr/internal/disk"
	"networkmngr/internal/genesis"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

var (
	// ErrName means that no account of a user's own can have a name.
	ErrName = errors.New("not a name for an account")
	// ErrExists means that the account exists; it is never overwritten.
	ErrExists = errors.New("account exists already")
	// ErrNoAccount means that the account does not exist.
	ErrNoAccount = errors.New("no such account")
	// ErrFile means that a file is damaged, or no account's.
	ErrFile = errors.New("not an account's file")
)

// Accounts are a user's own: a folder with a file for each, NAME.json.
type Accounts struct {
	folder string
	work   int // scrypt's, as a power of two
}

// Account is what a file says without the passphrase.
type Account struct {
	Name    string        `json:"name"`
	Address types.Address `json:"address"`
	File    string        `json:"file"`
}

// accountFile is a file's content. Key is what EncodeKey returns, encrypted with
// the passphrase by age (https://age-encryption.org/v1), in its armor.
type accountFile struct {
	Address types.Address `json:"address"`
	Key     string        `json:"key"`
}

// fileSuffix follows the name in a file's name.
const fileSuffix = ".json"

// OpenAccounts returns the accounts of a folder, which need not exist yet; none, if the
// folder's name is empty, and none can be added then. work is the cost of trying a
// passphrase for accounts that are added; see DefaultWork.
func OpenAccounts(folder string, work int) *Accounts { return &Accounts{folder: folder, work: work} }

// CheckName returns ErrName for what cannot be the name of a user's account: what
// is no name, and the well-known ones, in upper or lower case.
func CheckName(name string) error {
	if !IsName(name) {
		return fmt.Errorf("%w: %q, want up to %d letters, digits, - and _, a letter first, and not %s", ErrName, name, maxName, addressPrefix)
	}
	for _, taken := range append([]string{NodeName}, genesis.DevNames...) {
		if strings.EqualFold(name, taken) {
			return fmt.Errorf("%w: %q is a well-known account's", ErrName, name)
		}
	}
	return nil
}

// Add stores a key under a name. The error wraps ErrName, ErrExists or
// ErrPassphrase, or is that of the file system.
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

func (a *Accounts) path(name string) string { return filepath.Join(a.folder, name+fileSuffix) }

// List returns all accounts in the order of their names. The error wraps ErrFile,
// or is that of the file system.
func (a *Accounts) List() ([]Account, error) {
	entries, err := os.ReadDir(a.folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	list := []Account{}
	for _, entry := range entries {
		name, isAccount := strings.CutSuffix(entry.Name(), fileSuffix)
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

// Find returns the account with a name or an address. By name, it reads no other
// account's file. The error wraps ErrNoAccount or ErrFile, or is that of the file
// system.
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

// Key decrypts the key of a name. The error is as that of Find, or ErrPassphrase.
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
	text, err := a.text(name)
	if errors.Is(err, fs.ErrNotExist) {
		return file, fmt.Errorf("%w: %q in %s", ErrNoAccount, name, a.folder)
	}
	if err != nil {
		return file, err
	}
	if err := strictjson.Unmarshal(text, &file); err != nil {
		return file, fmt.Errorf("%w: %s: %w", ErrFile, a.path(name), err)
	}
	if file.Address == (types.Address{}) || file.Key == "" {
		return file, fmt.Errorf("%w: %s: address or key is missing", ErrFile, a.path(name)) // or somebody might pay to the zero address
	}
	return file, nil
}

func (a *Accounts) text(name string) ([]byte, error) {
	if a.folder == "" {
		return nil, fs.ErrNotExist // rather than what stands in the working directory
	}
	return os.ReadFile(a.path(name))
}

// createFile makes a file complete or not at all, and never replaces one. The error
// wraps fs.ErrExist if there is one.
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
