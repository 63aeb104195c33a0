package wallet

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"regexp"
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
	accounts func() []named
}

type named struct {
	name    string
	key     ed25519.PrivateKey
	address types.Address
}

// NewNames returns the names of the network with this genesis block.
func NewNames(first *types.Block) *Names {
	return &Names{accounts: sync.OnceValue(func() []named { return accountsOf(first) })}
}

// accountsOf lists the accounts in the order of genesis.DevNames.
func accountsOf(first *types.Block) (list []named) {
	funded := make(map[types.Address]bool, len(first.Transactions))
	for i := range first.Transactions {
		if t := &first.Transactions[i]; t.Amount > 0 {
			funded[t.Recipient] = true
		}
	}
	for _, name := range genesis.DevNames {
		key := types.NamedKey(name)
		if address := types.AddressOfKey(key); funded[address] {
			list = append(list, named{name, key, address})
		}
	}
	return list
}

// find returns the account that is, or none.
func (n *Names) find(is func(named) bool) (named, bool) {
	list := n.accounts()
	i := slices.IndexFunc(list, is)
	if i < 0 {
		return named{}, false
	}
	return list[i], true
}

// List returns all names.
func (n *Names) List() (names []string) {
	for _, a := range n.accounts() {
		names = append(names, a.name)
	}
	return names
}

// Address is the address of a name.
func (n *Names) Address(name string) (types.Address, bool) {
	a, ok := n.find(func(a named) bool { return a.name == name })
	return a.address, ok
}

// Name is the name of an address.
func (n *Names) Name(address types.Address) (string, bool) {
	a, ok := n.find(func(a named) bool { return a.address == address })
	return a.name, ok
}

// Key signs for a name.
func (n *Names) Key(name string) (ed25519.PrivateKey, bool) {
	a, ok := n.find(func(a named) bool { return a.name == name })
	return a.key, ok
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
	if list := n.List(); len(list) > 0 {
		return fmt.Errorf("%w: %q, want an address or one of %s", ErrUnknownName, name, strings.Join(list, ", "))
	}
	return fmt.Errorf("%w: %q, this network funds no named account; want an address", ErrUnknownName, name)
}

const maxName = 32

var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// IsName reports whether an account can have this name: up to 32 letters,
// digits, "-" and "_", a letter first, and nothing that begins as addresses do.
func IsName(text string) bool {
	return len(text) <= maxName && nameForm.MatchString(text) && !strings.HasPrefix(strings.ToLower(text), addressPrefix)
}
