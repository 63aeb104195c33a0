package mining

import (
	"encoding/binary"
	"fmt"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// maxTransferBytes is the room that a block has for transfers: its own size
// less header, count and a coinbase without data.
const maxTransferBytes = types.MaxBlockSize - 512

// Room is how many bytes of transfers a block has room for whose coinbase carries
// data.
func Room(data []byte) int { return maxTransferBytes - len(data) }

// NewTemplate makes a block on top of state that lacks nothing but its proof
// of work: it pays reward and fees to payout, carries data, and has the time of
// now, or the earliest that state allows, which may be one that the chain does
// not take yet (see consensus.Params.ValidFrom). Another extra nonce makes
// another block. The ids of its transactions are kept with it, so nobody may change these.
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
	binary.BigEndian.PutUint64(coinbase.ExtraNonce[:], extraNonce)
	b := types.Block{Transactions: append([]types.Transaction{coinbase}, transfers...)}
	b.Identify(b.TransactionIDs()) // as all that the block comes to needs them
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
