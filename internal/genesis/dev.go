package genesis

import (
	_ "embed"
	"sync"

	"networkmngr/internal/consensus"
)

// DevNames are the accounts that the dev network funds; their keys follow from
// their names (see types.NamedKey), so that every node can sign for them.
var DevNames = []string{
	"alice", "bob", "carol", "dave", "erin", "frank",
	"addr1", "addr2", "addr3", "addr4", "I", "you",
}

// dev has the addresses of DevNames written out: to make the first key takes a process
// longer (2 ms) than whatever else it reads and checks at its start.
//
//go:embed dev.json
var dev []byte

// Dev is the built-in network for a developer's machine: a block every two
// seconds, and a floor of 2^18 hashes so that a laptop always mines at once.
var Dev = sync.OnceValue(func() *consensus.Genesis {
	g, err := Parse(dev)
	if err != nil {
		panic(err) // a constant; a test builds it
	}
	return g
})
