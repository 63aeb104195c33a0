package chain_test

import (
	"errors"
	"fmt"

	"networkmngr/internal/chain"
	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// A branch with more work takes the place of the main chain, whoever was first.
func ExampleChain_AddBlocks() {
	genesis := chaintest.Genesis()
	c, _ := chain.Open(store.NewMemory(), genesis, chaintest.Now)
	short := chaintest.Branch(genesis.State(), types.NamedAddress("alice"), 2)
	long := chaintest.Branch(genesis.State(), types.NamedAddress("bob"), 3)

	_, _ = c.AddBlocks(short...)
	fmt.Println("height", c.Tip().Height)
	change, err := c.AddBlocks(long...)
	fmt.Println("height", c.Tip().Height, "after a reorg of", change.Reverted, "blocks", err)

	_, err = c.AddBlocks(chaintest.Branch(genesis.State(), types.NamedAddress("carol"), 2)[1])
	fmt.Println(errors.Is(err, chain.ErrUnknownParent))
	// Output:
	// height 2
	// height 3 after a reorg of 2 blocks <nil>
	// true
}
