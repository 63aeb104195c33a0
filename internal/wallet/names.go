package wallet

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
)

// ErrUnknownName means that the network has no account of that name.
var ErrUnknownName = errors.New("unknown name")

// NodeName is every node's name for its own account. It is none of the network's
// names, as it means another account at each node.
const NodeName = "node"

// addressPrefix begins every address, and no name.
const addressPrefix = "nm1"

// Names are a network's well-known accounts: those of genesis.DevNames that its
// genesis block funds. Their keys follow from their names, so that everybody can
// sign for them. Methods may be called from any goroutine.
type Names struct {
	// accounts are derived at the first use, as a dozen keys would take longer
	// than most parts of a node's start.
	accounts func() accounts
}

type accounts struct {
	list      []string // in the order of genesis.DevNames
	keys      map[string]ed25519.PrivateKey
	addresses map[string]types.Address
	names     map[types.Address]string
}

// NewNames returns the names of the network with this genesis block.
func NewNames(first *types.Block) *Names {
	return &Names{accounts: sync.OnceValue(func() accounts { return accountsOf(first) })}
}

func accountsOf(first *types.Block) accounts {
	funded := make(map[types.Address]bool, len(first.Transactions))
	for i := range first.Transactions {
		if t := &first.Transactions[i]; t.Amount > 0 {
			funded[t.Recipient] = true
		}
	}
	a := accounts{
		keys: make(map[string]ed25519.PrivateKey), addresses: make(map[string]types.Address),
		names: make(map[types.Address]string),
	}
	for _, name := range genesis.DevNames {
		key := types.NamedKey(name)
		if address := types.AddressOfKey(key); funded[address] {
			a.list = append(a.list, name)
			a.keys[name], a.addresses[name], a.names[address] = key, address, name
		}
	}
	return a
}

// List returns all names.
func (n *Names) List() []string { return slices.Clone(n.accounts().list) }

// Address is the address of a name.
func (n *Names) Address(name string) (types.Address, bool) {
	address, ok := n.accounts().addresses[name]
	return address, ok
}

// Name is the name of an address.
func (n *Names) Name(address types.Address) (string, bool) {
	name, ok := n.accounts().names[address]
	return name, ok
}

// Key signs for a name.
func (n *Names) Key(name string) (ed25519.PrivateKey, bool) {
	key, ok := n.accounts().keys[name]
	return key, ok
}

// Parse reads a name, or an address in Bech32m. Its error is ErrUnknownName, or
// types.ErrAddress for what cannot be a name either.
func (n *Names) Parse(text string) (types.Address, error) {
	if !IsName(text) {
		return types.ParseAddress(text)
	}
	if address, ok := n.Address(text); ok {
		return address, nil
	}
	return types.Address{}, n.unknown(text)
}

// unknown says which names there are.
func (n *Names) unknown(name string) error {
	if list := n.accounts().list; len(list) > 0 {
		return fmt.Errorf("%w: %q, want an address or one of %s", ErrUnknownName, name, strings.Join(list, ", "))
	}
	return fmt.Errorf("%w: %q, this network funds no named account; want an address", ErrUnknownName, name)
}

const maxName = 32

// IsName reports whether an account can have this name: up to 32 letters,
// digits, "-" and "_", a letter first, and nothing that begins as addresses do.
func IsName(text string) bool {
	if len(text) == 0 || len(text) > maxName || !isLetter(text[0]) {
		return false
	}
	for i := range len(text) {
		if c := text[i]; !isLetter(c) && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return !strings.HasPrefix(strings.ToLower(text), addressPrefix)
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
