package mining_test

import (
	"context"
	"fmt"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/consensus"
	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// A solver varies the nonce of a header until its hash meets the target.
func ExampleCPU_Solve() {
	genesis := chaintest.Genesis()
	header := chaintest.Next(genesis.State(), types.NamedAddress("alice")).Header
	header.Bits, header.Nonce = 0x1f00ffff, 0 // 65,537 hashes on average

	solved, _, err := mining.CPU{}.Solve(context.Background(), header)
	target, _ := consensus.TargetFromBits(solved.Bits)
	hash := consensus.HashToInt(solved.Hash())
	fmt.Println(!hash.Gt(&target), err)
	// Output:
	// true <nil>
}
