package consensus_test

import (
	"encoding/hex"
	"errors"
	"fmt"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Headers are Bitcoin's: its genesis block's passes at the floor that Bitcoin has.
func ExampleParams_CheckProofOfWork() {
	raw, _ := hex.DecodeString("0100000000000000000000000000000000000000000000000000000000000000000000003b" +
		"a3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c")
	header, _ := types.DecodeHeader(raw)
	bitcoin := &consensus.Params{FloorBits: 0x1d00ffff}
	fmt.Println(header.Hash(), bitcoin.CheckProofOfWork(header))

	header.Nonce++
	fmt.Println(errors.Is(bitcoin.CheckProofOfWork(header), consensus.ErrProofOfWork))
	// Output:
	// 000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f <nil>
	// true
}

// Work is the number of hashes that it takes on average to meet a target.
func ExampleWorkOf() {
	target, _ := consensus.TargetFromBits(0x1d00ffff) // the easiest of Bitcoin
	work := consensus.WorkOf(target)
	fmt.Println(work.Dec())
	// Output:
	// 4295032833
}
