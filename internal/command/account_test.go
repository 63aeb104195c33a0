package command

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// ownFolder is an empty folder of accounts, which the commands use. Nobody is
// asked for a passphrase.
func ownFolder(t *testing.T) string {
	folder := filepath.Join(t.TempDir(), "accounts")
	t.Setenv("NETWORKMNGR_ACCOUNTS", folder)
	t.Setenv("NETWORKMNGR_PASSPHRASE", "open sesame")
	return folder
}

// keep makes an account.
func keep(t *testing.T, folder, name string, key ed25519.PrivateKey) {
	_, err := wallet.OpenAccounts(folder, passphraseWork).Add(name, "open sesame", key)
	require.NoError(t, err)
}

// zoeKey is somebody's whom no network knows.
var zoeKey = types.NamedKey("zoe")

func TestAccountCommands(t *testing.T) {
	folder := ownFolder(t)
	address := types.NamedAddress("zoe").String()
	require.Equal(t, "none in "+folder+"\nnetworkmngr account new NAME makes one\n", execute(t, "account", "list").fine().stdout)
	require.Equal(t, "[]\n", execute(t, "account", "list", "--json").fine().stdout)

	pem := filepath.Join(t.TempDir(), "zoe.pem")
	require.NoError(t, os.WriteFile(pem, wallet.EncodeKey(zoeKey), 0o600))
	file := filepath.Join(folder, "zoe.json")
	require.Equal(t, "zoe  "+address+"\n"+file+"\n", execute(t, "account", "import", "zoe", pem).fine().stdout)
	execute(t, "account", "import", "zoe", pem).ends(2, "account exists already: "+file)
	execute(t, "account", "new", "zoe").ends(2, "account exists already: "+file)

	require.Equal(t, "zoe  "+address+"\n"+file+"\n", execute(t, "account", "show", "zoe").fine().stdout)
	text := execute(t, "account", "show", address, "--json").fine().stdout
	require.Equal(t, wallet.Account{Name: "zoe", Address: types.NamedAddress("zoe"), File: file}, decode[wallet.Account](t, text))
	require.Equal(t, "address file name", keys(t, execute(t, "account", "list", "--json").fine().stdout))
	require.Contains(t, execute(t, "account", "list").fine().stdout, "zoe   "+address+"\n")
	require.Equal(t, string(wallet.EncodeKey(zoeKey)), execute(t, "account", "export", "zoe").fine().stdout)
	require.Equal(t, "address key name", keys(t, execute(t, "account", "export", "zoe", "--json").fine().stdout))
}

// Without a word behind it, account lists.
func TestAccountsAreListed(t *testing.T) {
	keep(t, ownFolder(t), "zoe", zoeKey)
	require.Equal(t, execute(t, "account", "list").fine().stdout, execute(t, "account").fine().stdout)
	require.Contains(t, execute(t, "account", "--json").fine().stdout, `"zoe"`)
}

func TestAccountRefusals(t *testing.T) {
	folder := ownFolder(t)
	keep(t, folder, "zoe", zoeKey)
	rsa := filepath.Join(t.TempDir(), "rsa.pem")
	require.NoError(t, os.WriteFile(rsa, []byte("-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----\n"), 0o600))
	for _, row := range []struct {
		args string
		code int
		why  string
	}{
		{"account xyz", 2, "unknown command"},
		{"account nw", 2, `unknown command "nw"`},
		{"account new", 2, "want networkmngr account new NAME"},
		{"account new a b", 2, "2 arguments"},
		{"account new ../x", 2, "not a name"},
		{"account new nm1x", 2, "a letter first, and not nm1"},
		{"account new alice", 2, "well-known"},
		{"account show amy", 2, `no such account: "amy" in ` + folder},
		{"account export amy", 2, "no such account"},
		{"account import amy " + rsa, 2, "RSA PRIVATE KEY"},
		{"account import amy " + rsa + "x", 2, "no such file"},
		{"account export zoe --passphrase-file " + rsa + "x", 2, "--passphrase-file: open"},
		{"account export zoe --passphrase-file " + rsa, 1, "zoe.json: wrong passphrase"},
	} {
		execute(t, strings.Fields(row.args)...).ends(row.code, row.why)
	}
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

// homeless unsets what a configuration folder is found by, as for a service.
func homeless(t *testing.T) {
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "AppData", "home", "NETWORKMNGR_ACCOUNTS"} {
		t.Setenv(name, "")
	}
}

func TestAccountsOfAUserWithoutAHome(t *testing.T) {
	homeless(t)
	for _, words := range []string{"", "list", "new zoe", "show zoe", "export zoe", "import zoe"} {
		execute(t, append([]string{"account"}, strings.Fields(words)...)...).ends(exitMisuse, "HOME is not set: name a folder with --accounts or NETWORKMNGR_ACCOUNTS")
	}
	require.Contains(t, execute(t, "account", "list", "--accounts="+t.TempDir()).fine().stdout, "none in")
}

// Who has no home pays from the network's accounts, and sees their balances.
func testHomeless(t *testing.T, n *liveNetwork, _ string, _ *consensus.Genesis) {
	homeless(t)
	require.Contains(t, n.run("balance", "alice").fine().stdout, "alice has ")
	n.run("balance", "zoe").ends(exitMisuse, `unknown name: "zoe", want an address or one of`)
	n.run("pay", "zoe", "bob", "1").ends(exitMisuse, `unknown name: "zoe"`)
	n.run("pay", "alice", "bob", "1").fine()
	n.run("mine", "--min=0s", "--max=0s").fine()
}

func TestPassphraseFile(t *testing.T) {
	folder := ownFolder(t)
	t.Setenv("NETWORKMNGR_PASSPHRASE", "the file's wins")
	keep(t, folder, "zoe", zoeKey)
	file := filepath.Join(t.TempDir(), "secret")
	for _, text := range []string{"open sesame", "open sesame\n", "open sesame\r\nmore\n"} {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		execute(t, "account", "export", "zoe", "--passphrase-file="+file).fine()
	}
	require.NoError(t, os.WriteFile(file, []byte("\nopen sesame"), 0o600))
	execute(t, "account", "export", "zoe", "--passphrase-file="+file).ends(2, "the passphrase is empty")
}

// An account of one's own is paid, and pays.
func testSendOwn(t *testing.T, n *liveNetwork, _ string, genesis *consensus.Genesis) {
	folder := ownFolder(t)
	keep(t, folder, "zoe", zoeKey)
	require.Contains(t, n.run("send", "--from=alice", "--to=zoe", "--amount=3").fine().stdout, "3 for zoe ("+types.NamedAddress("zoe").String()+")")
	n.run("send", "--from=zoe", "--to=bob", "--amount=1").ends(1, "overspend")
	n.run("mine", "--min=0s", "--max=0s").fine()
	sent := decode[sentForm](t, n.run("send", "--from=zoe", "--to=bob", "--amount=1", "--json").fine().stdout)
	require.Equal(t, types.NamedAddress("zoe"), sent.Transaction.Sender())
	require.NoError(t, consensus.CheckSignature(&sent.Transaction, genesis.Params.GenesisID))
	sent = decode[sentForm](t, n.run("send", "--from="+types.NamedAddress("zoe").String(), "--to=bob", "--amount=1", "--json").fine().stdout)
	require.EqualValues(t, 1, sent.Transaction.Sequence)
	t.Setenv("NETWORKMNGR_PASSPHRASE", "wrong")
	n.run("send", "--from=zoe", "--to=bob", "--amount=1").ends(1, "zoe.json: wrong passphrase")
}
