package miner

import (
	"fmt"
	"strconv"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// maxTransferBytes is the room that a block has for transfers: its own size
// less header, count and a coinbase with an extra nonce.
const maxTransferBytes = types.MaxBlockSize - 512

// NewTemplate makes a block on top of state that lacks nothing but its proof
// of work: it pays reward and fees to payout, carries data, and has the time of
// now, or the earliest that state allows. Another extra nonce makes another
// block: it is the coinbase's data or, where that is taken, adds seconds.
func NewTemplate(state consensus.State, transfers []types.Transaction, payout types.Address, data []byte, now time.Time, extraNonce uint64) types.Block {
	height := state.Height + 1
	coinbase := types.Transaction{
		Kind: types.Coinbase, Sequence: height, Recipient: payout,
		Amount: state.Params().RewardAt(height), Data: data,
	}
	seconds := max(uint32(now.Unix()), state.MedianTimePast()+1)
	for i := range transfers {
		coinbase.Amount += transfers[i].Fee
	}
	switch {
	case data != nil:
		seconds += uint32(extraNonce)
	case extraNonce > 0:
		coinbase.Data = strconv.AppendUint(nil, extraNonce, 10) // a JSON number
	}
	b := types.Block{Transactions: append([]types.Transaction{coinbase}, transfers...)}
	root, _ := consensus.MerkleRoot(b.TransactionIDs())
	b.Header = types.Header{
		Version: consensus.BlockVersion, Previous: state.ID, MerkleRoot: root,
		Time: seconds, Bits: state.NextBits(),
	}
	return b
}

// CheckData says whether a coinbase may carry data, which is one compact JSON
// value. The error wraps the rule that it would break.
func CheckData(data []byte) error {
	b := types.Block{Transactions: []types.Transaction{{Kind: types.Coinbase, Data: data}}}
	b.MerkleRoot, _ = consensus.MerkleRoot(b.TransactionIDs())
	err := consensus.CheckBlock(&b)
	if consensus.Mutated(err) { // of which nobody who has only chosen data could make sense
		return fmt.Errorf("%w: data of just %d bytes would make a coinbase as long as a pair of hashes; one byte more or less is fine",
			consensus.ErrData, len(data))
	}
	return err
}
