package genesis

import (
	"sync"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// DevNames are the accounts that the dev network funds; their keys follow from
// their names (see [types.NamedKey]), so that every node can sign for them.
var DevNames = []string{
	"alice", "bob", "carol", "dave", "erin", "frank",
	"addr1", "addr2", "addr3", "addr4", "I", "you",
}

// devBalance is what each named account starts with.
const devBalance = 1000 * types.Coin

// Dev is the built-in network for a developer's machine: a block every two
// seconds, and a floor of 2^18 hashes so that a laptop always mines at once.
var Dev = sync.OnceValue(func() *consensus.Genesis {
	d := Description{
		Name: "dev", Time: 1_767_225_600, Nonce: 586_028,
		BlockTime: 2, HalfLife: 60, Reward: 3 * types.Coin / 2, FloorBits: "1e400000",
		Balances: make(map[types.Address]types.Amount),
	}
	for _, name := range DevNames {
		d.Balances[types.NamedAddress(name)] = devBalance
	}
	g, err := d.Genesis()
	if err != nil {
		panic(err) // a constant; a test builds it
	}
	return g
})
