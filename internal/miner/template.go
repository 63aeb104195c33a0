package miner

import (
	"strconv"
	"time"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// maxTransferBytes is the room that a block has for transfers: its own size
// less header, count and a coinbase with an extra nonce.
const maxTransferBytes = types.MaxBlockSize - 512

// NewTemplate makes a block on top of state that lacks nothing but its proof
// of work: it pays reward and fees to payout and has the time of now, or the
// earliest that state allows. Another extra nonce makes another block.
func NewTemplate(state consensus.State, transfers []types.Transaction, payout types.Address, now time.Time, extraNonce uint64) types.Block {
	height := state.Height + 1
	coinbase := types.Transaction{
		Kind: types.Coinbase, Sequence: height, Recipient: payout,
		Amount: state.Params().RewardAt(height),
	}
	for i := range transfers {
		coinbase.Amount += transfers[i].Fee
	}
	if extraNonce > 0 {
		coinbase.Data = strconv.AppendUint(nil, extraNonce, 10) // a JSON number
	}
	b := types.Block{Transactions: append([]types.Transaction{coinbase}, transfers...)}
	root, _ := consensus.MerkleRoot(b.TransactionIDs())
	b.Header = types.Header{
		Version: consensus.BlockVersion, Previous: state.ID, MerkleRoot: root,
		Time: max(uint32(now.Unix()), state.MedianTimePast()+1), Bits: state.NextBits(),
	}
	return b
}
