package wallet_test

import (
	"errors"
	"fmt"
	"os"

	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// A user's key is in a file that only the passphrase opens.
func ExampleAccounts() {
	folder, err := os.MkdirTemp("", "accounts")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	const quick = 10 // work for an example; see wallet.DefaultWork
	accounts := wallet.OpenAccounts(folder, quick)
	if _, err := accounts.Add("zoe", "open sesame", types.NamedKey("zoe")); err != nil {
		panic(err)
	}

	key, err := accounts.Key("zoe", "open sesame")
	fmt.Println(types.AddressOfKey(key), err)
	_, err = accounts.Find("nobody")
	fmt.Println(errors.Is(err, wallet.ErrNoAccount))
	// Output:
	// nm1yn9z5uda9v8h3stvwjkqyqt49sgvgdd5hp9wsh <nil>
	// true
}
