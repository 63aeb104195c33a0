package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// funding is a network that starts with these balances.
func funding(t *testing.T, balances map[types.Address]types.Amount) *wallet.Names {
	d := genesis.Description{Name: "test", BlockTime: 2, FloorBits: "207fffff", Balances: balances}
	genesis, err := d.Genesis()
	require.NoError(t, err)
	return wallet.NewNames(&genesis.Block)
}

func TestDevNames(t *testing.T) {
	names := wallet.NewNames(&genesis.Dev().Block)
	require.Equal(t, genesis.DevNames, names.List())
	for _, name := range genesis.DevNames {
		address, err := names.Parse(name)
		require.NoError(t, err)
		require.Equal(t, types.NamedAddress(name), address)
		back, ok := names.Name(address)
		require.True(t, ok)
		require.Equal(t, name, back)
		key, ok := names.Key(name)
		require.True(t, ok)
		require.Equal(t, types.NamedKey(name), key)
		again, err := names.Parse(address.String())
		require.NoError(t, err)
		require.Equal(t, address, again)
	}
}

// A name is known only where its account has something: elsewhere "alice" is
// somebody else, or nobody.
func TestOnlyFundedNames(t *testing.T) {
	alice, stranger := types.NamedAddress("alice"), types.NamedAddress("stranger")
	names := funding(t, map[types.Address]types.Amount{alice: 1, stranger: 1, types.NamedAddress("bob"): 0})
	require.Equal(t, []string{"alice"}, names.List())
	for _, name := range []string{"bob", "stranger", "carol", "Alice"} {
		_, err := names.Parse(name)
		require.ErrorIs(t, err, wallet.ErrUnknownName, name)
		require.ErrorContains(t, err, `"`+name+`", want an address or one of alice`)
		_, ok := names.Address(name)
		require.False(t, ok)
		_, ok = names.Key(name)
		require.False(t, ok)
	}
	_, ok := names.Name(stranger)
	require.False(t, ok)
	_, err := funding(t, nil).Parse("alice")
	require.ErrorIs(t, err, wallet.ErrUnknownName)
	require.ErrorContains(t, err, "no named account")
}

func TestNeitherNameNorAddress(t *testing.T) {
	names := wallet.NewNames(&genesis.Dev().Block)
	for _, text := range []string{
		"", " alice", "a b", "../alice", "7", "nm1", "nm1alice", "NM1ALICE", types.NamedAddress("alice").String() + "q",
		"a234567890123456789012345678901234", "älice", "alice\x00",
	} {
		_, err := names.Parse(text)
		require.ErrorIs(t, err, types.ErrAddress, "%q", text)
		require.NotErrorIs(t, err, wallet.ErrUnknownName)
		require.False(t, wallet.IsName(text))
	}
}
