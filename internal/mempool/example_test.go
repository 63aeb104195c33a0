package mempool_test

import (
	"errors"
	"fmt"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

// A transfer waits for a block, until its sender replaces it for a higher fee.
func ExamplePool_Enter() {
	tip := chaintest.Genesis().State()
	pool := mempool.New(mempool.DefaultLimits(), tip)
	offer := func(fee types.Amount) mempool.Offer {
		return mempool.Offer{
			Transaction: chaintest.Transfer(types.NamedKey("alice"), tip.ID, 0, types.NamedAddress("bob"), 3*types.Coin, fee),
			Account:     consensus.Account{Balance: chaintest.Balance}, At: tip.ID,
		}
	}
	for _, fee := range []types.Amount{types.Coin / 1000, types.Coin/1000 + 1, types.Coin} {
		o := offer(fee)
		err := pool.Check(o)
		if err == nil {
			err = pool.Enter(o, chaintest.Now())
		}
		fmt.Println(pool.Len(), err == nil, errors.Is(err, mempool.ErrFeeTooLow))
	}
	// Output:
	// 1 true false
	// 1 false true
	// 1 true false
}
