package genesis_test

import (
	"fmt"

	"networkmngr/internal/genesis"
)

// A genesis file describes a network, and its block's hash commits to every setting.
func Example() {
	const file = `{"name": "class", "time": 1767225600, "block_time": 10, "reward": 3, "floor_bits": "1f00ffff"}`
	class, err := genesis.Parse([]byte(file))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(class.Params.Name, class.Params.HalfLife, class.Params.GenesisID == class.Block.Hash())

	_, err = genesis.Parse([]byte(`{"name": "class", "blocktime": 10}`))
	fmt.Println(err)
	// Output:
	// class 300 true
	// bad genesis description: malformed JSON form: unknown key "blocktime", want balances, block_time, floor_bits, half_life, name, nonce, reward, time
}
