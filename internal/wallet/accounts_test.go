package wallet

import (
	"crypto/ed25519"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

// openCheap spends no time on passphrases.
func openCheap(t *testing.T) *Accounts {
	return OpenAccounts(filepath.Join(t.TempDir(), "deep", "accounts"), 2)
}

func newKey(t *testing.T) ed25519.PrivateKey {
	_, key, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	return key
}

// What stands in the working directory is nobody's account.
func TestNoFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := OpenAccounts(".", 2).Add("zoe", "open sesame", newKey(t))
	require.NoError(t, err)
	none := OpenAccounts("", 2)
	list, err := none.List()
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = none.Find("zoe")
	require.ErrorIs(t, err, ErrNoAccount)
	_, err = none.Key("zoe", "open sesame")
	require.ErrorIs(t, err, ErrNoAccount)
}

func TestAccountsAreKept(t *testing.T) {
	a := openCheap(t)
	list, err := a.List()
	require.NoError(t, err)
	require.Empty(t, list)

	key := newKey(t)
	added, err := a.Add("zoe", "open sesame", key)
	require.NoError(t, err)
	require.Equal(t, Account{"zoe", types.AddressOfKey(key), filepath.Join(a.folder, "zoe.json")}, added)
	_, err = a.Add("amy", "1", newKey(t))
	require.NoError(t, err)

	again := OpenAccounts(a.folder, 2)
	list, err = again.List()
	require.NoError(t, err)
	require.Equal(t, []string{"amy", "zoe"}, []string{list[0].Name, list[1].Name})
	for _, text := range []string{"zoe", added.Address.String()} {
		found, err := again.Find(text)
		require.NoError(t, err)
		require.Equal(t, added, found)
	}
	got, err := again.Key("zoe", "open sesame")
	require.NoError(t, err)
	require.Equal(t, key, got)
	for _, wrong := range []string{"", "open sesame ", "1"} {
		_, err = again.Key("zoe", wrong)
		require.ErrorIs(t, err, ErrPassphrase)
		require.ErrorContains(t, err, added.File)
	}
	_, err = again.Find("bea")
	require.ErrorIs(t, err, ErrNoAccount)
	_, err = again.Key("bea", "1")
	require.ErrorIs(t, err, ErrNoAccount)
}

func TestOnlyTheOwnerReads(t *testing.T) {
	a := openCheap(t)
	added, err := a.Add("zoe", "x", newKey(t))
	require.NoError(t, err)
	for path, want := range map[string]os.FileMode{added.File: 0o600, a.folder: 0o700} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, want, info.Mode().Perm(), path)
	}
	text, err := os.ReadFile(added.File)
	require.NoError(t, err)
	require.NotContains(t, string(text), "PRIVATE KEY")
	require.Contains(t, string(text), "BEGIN AGE ENCRYPTED FILE")
	entries, err := os.ReadDir(a.folder)
	require.NoError(t, err)
	require.Len(t, entries, 1, "no drafts are left")
}

// Of several who make an account at once, one does.
func TestAccountIsNeverOverwritten(t *testing.T) {
	a := openCheap(t)
	keys := make([]ed25519.PrivateKey, 8)
	errs := make([]error, len(keys))
	var adding sync.WaitGroup
	for i := range keys {
		keys[i] = newKey(t)
		adding.Go(func() { _, errs[i] = a.Add("zoe", "x", keys[i]) })
	}
	adding.Wait()
	kept, err := a.Key("zoe", "x")
	require.NoError(t, err)
	for i, err := range errs {
		if keys[i].Equal(kept) {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, ErrExists)
	}
	_, err = a.Add("zoe", "y", newKey(t))
	require.ErrorIs(t, err, ErrExists)
}

func TestNamesThatAreRefused(t *testing.T) {
	a := openCheap(t)
	for _, name := range []string{
		"", ".", "..", "../zoe", "a/b", `a\b`, ".zoe", "-zoe", "7", "a b", "zoe.json", strings.Repeat("z", 33), "zoë", "z\x00",
		"alice", "Alice", "you", "i", "node", "NODE", "nm1zoe",
	} {
		_, err := a.Add(name, "x", newKey(t))
		require.ErrorIs(t, err, ErrName, "%q", name)
		_, err = a.Key(name, "x")
		require.ErrorIs(t, err, ErrName, "%q", name)
	}
	_, err := os.Stat(a.folder)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = a.Add("zoe", "", newKey(t))
	require.ErrorIs(t, err, ErrPassphrase)
}

func TestDamagedFiles(t *testing.T) {
	a := openCheap(t)
	added, err := a.Add("zoe", "x", newKey(t))
	require.NoError(t, err)
	text, err := os.ReadFile(added.File)
	require.NoError(t, err)
	var good accountFile
	require.NoError(t, json.Unmarshal(text, &good))

	swapped := good
	swapped.Address = types.NamedAddress("alice")
	foreign := good
	foreign.Key, err = encrypt([]byte("no key"), "x", 2)
	require.NoError(t, err)
	cut := good
	cut.Key = good.Key[:len(good.Key)/2]
	twice := json.RawMessage(`{"address":"` + types.NamedAddress("alice").String() + `",` + string(text)[1:])
	for _, bad := range []any{swapped, foreign, cut, twice, "text", accountFile{}} {
		text, err := json.Marshal(bad)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(added.File, text, 0o600))
		_, err = a.Key("zoe", "x")
		require.ErrorIs(t, err, ErrFile)
		require.ErrorContains(t, err, added.File)
	}
	require.NoError(t, os.WriteFile(added.File, nil, 0o600))
	_, err = a.List()
	require.ErrorIs(t, err, ErrFile)
	_, err = a.Add("zoe", "x", newKey(t))
	require.ErrorIs(t, err, ErrExists, "a damaged one is not overwritten either")
}

// A file without an address is nobody's to be paid, and no other account
// suffers from it.
func TestAFileWithoutAnAddress(t *testing.T) {
	a := openCheap(t)
	zoe, err := a.Add("zoe", "x", newKey(t))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(a.path("amy"), []byte("{}"), 0o600))
	_, err = a.Find("amy")
	require.ErrorIs(t, err, ErrFile)
	found, err := a.Find("zoe")
	require.NoError(t, err)
	require.Equal(t, zoe, found)
}

func TestPEM(t *testing.T) {
	key := newKey(t)
	got, err := DecodeKey(EncodeKey(key))
	require.NoError(t, err)
	require.Equal(t, key, got)
	const rsaHeader = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"
	for _, bad := range []string{"", "x", rsaHeader, strings.Replace(string(EncodeKey(key)), "MC", "AA", 1)} {
		_, err := DecodeKey([]byte(bad))
		require.ErrorIs(t, err, ErrKey, bad)
	}
}

func FuzzDecodeKey(f *testing.F) {
	f.Add(EncodeKey(types.NamedKey("alice")))
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := DecodeKey(text)
		if err != nil {
			require.ErrorIs(t, err, ErrKey)
			return
		}
		again, err := DecodeKey(EncodeKey(key))
		require.NoError(t, err)
		require.Equal(t, key, again)
	})
}
