package types_test

import (
	"encoding/json"
	"fmt"

	"networkmngr/internal/types"
)

// A transfer is signed for one network, named by its genesis block.
func ExampleTransaction_Sign() {
	alice := types.NamedKey("alice")
	genesis := types.DoubleSHA256([]byte("a genesis block"))
	transfer := types.Transaction{Recipient: types.NamedAddress("bob"), Amount: 3 * types.Coin}
	transfer.Sign(alice, genesis)

	decoded, err := types.DecodeTransaction(transfer.AppendTo(nil))
	fmt.Println(decoded.ID() == transfer.ID(), err)
	fmt.Println(decoded.Sender() == types.AddressOfKey(alice))
	// Output:
	// true <nil>
	// true
}

func ExampleParseAmount() {
	amount, err := types.ParseAmount("0.001")
	fmt.Println(uint64(amount), amount, err)
	_, err = types.ParseAmount("0.000000001")
	fmt.Println(err)
	// Output:
	// 100000 0.001 <nil>
	// not an amount: "0.000000001" has more than 8 decimal places
}

func ExampleHash() {
	text, err := json.Marshal(types.DoubleSHA256(nil))
	fmt.Println(string(text), err)
	// Output:
	// "56944c5d3f98413ef45cf54545538103cc9f298e0575820ad3591376e2e0f65d" <nil>
}
