package protocol

import (
	"bytes"

	"github.com/holiman/uint256"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

// samples has a message of each kind, in the order of kinds.
func samples() []Message {
	id, header := types.Hash{1, 2, 3}, types.Header{Version: 1, Time: 5, Bits: 0x207fffff}
	coinbase := types.Transaction{Sequence: 1, Amount: 7, Data: []byte(`"x"`)}
	transfer := types.Transaction{Kind: types.Transfer, Sequence: 2, Amount: 9, Fee: 1}
	claim := Claim{ID: id, Height: 7, Work: *uint256.NewInt(1 << 40)}
	block := types.Block{Header: header, Transactions: []types.Transaction{coinbase, transfer}}
	return []Message{
		Hello{Version: Version, Genesis: id, Self: entryOf(types.NodeID{4}), Tip: claim},
		Ping{Number: 1 << 50},
		Pong{Number: 3, Tip: claim},
		GetHeaders{Locator: []types.Hash{id, {9}}},
		Headers{Headers: []types.Header{header, header}},
		GetBlocks{IDs: []types.Hash{id}},
		Blocks{Encoded: [][]byte{block.Encode(), block.Encode()}},
		NotFound{IDs: []types.Hash{id}},
		Compact{Header: header, Salt: 6, Coinbase: coinbase, ShortIDs: []ShortID{{1}, {2}}},
		GetBlockTransactions{Block: id, Indexes: []uint32{1, 5}},
		BlockTransactions{Block: id, Transactions: []types.Transaction{transfer}},
		Have{IDs: []types.Hash{id, {1}}},
		GetTransactions{IDs: []types.Hash{id}},
		Transactions{Transactions: []types.Transaction{transfer, coinbase}},
		GetAddresses{},
		Addresses{Nodes: []types.NodeInfo{entryOf(types.NodeID{5}), {ID: types.NodeID{6}}}},
		Goodbye{},
		SendCompact{High: true},
		GetCompact{Block: id},
		HaveShort{All: true, Salt: 8, ShortIDs: []ShortID{{1}, {2}}},
		GetHave{Salt: 9, ShortIDs: []ShortID{{3}}},
	}
}

// The draws below make values of every shape that the codec can carry.

func drawInto(t *rapid.T, dst []byte) {
	copy(dst, rapid.SliceOfN(rapid.Byte(), len(dst), len(dst)).Draw(t, "bytes"))
}

func drawHash(t *rapid.T) (h types.Hash) {
	drawInto(t, h[:])
	return h
}

// drawList is nil rather than empty, as decoded lists are.
func drawList[T any](most int, draw func(*rapid.T) T) func(*rapid.T) []T {
	return func(t *rapid.T) (list []T) {
		for range rapid.IntRange(0, most).Draw(t, "length") {
			list = append(list, draw(t))
		}
		return list
	}
}

func drawShortID(t *rapid.T) (id ShortID) {
	drawInto(t, id[:])
	return id
}

func drawHeader(t *rapid.T) types.Header {
	return types.Header{
		Version: rapid.Int32().Draw(t, "version"), Previous: drawHash(t), MerkleRoot: drawHash(t),
		Time: rapid.Uint32().Draw(t, "time"), Bits: rapid.Uint32().Draw(t, "bits"), Nonce: rapid.Uint32().Draw(t, "nonce"),
	}
}

func drawTransaction(t *rapid.T) types.Transaction {
	x := types.Transaction{
		Kind: types.Kind(rapid.IntRange(0, 1).Draw(t, "kind")), Sequence: rapid.Uint64().Draw(t, "sequence"),
		Amount: types.Amount(rapid.Uint64().Draw(t, "amount")), Data: drawText(t, 40),
	}
	drawInto(t, x.Recipient[:])
	if x.Kind == types.Transfer {
		x.Fee = types.Amount(rapid.Uint64().Draw(t, "fee"))
		drawInto(t, x.PublicKey[:])
		drawInto(t, x.Signature[:])
	}
	return x
}

func drawText(t *rapid.T, most int) []byte {
	return append([]byte(nil), rapid.SliceOfN(rapid.Byte(), 0, most).Draw(t, "text")...)
}

func drawClaim(t *rapid.T) Claim {
	work := drawHash(t)
	c := Claim{ID: drawHash(t), Height: rapid.Uint64().Draw(t, "height")}
	c.Work.SetBytes32(work[:])
	return c
}

func drawEntry(t *rapid.T) types.NodeInfo {
	e := types.NodeInfo{ID: types.NodeID(drawHash(t)), Address: string(drawText(t, types.MaxAddressLen))}
	for range rapid.IntRange(0, types.MaxP2P).Draw(t, "addresses") {
		e.P2P = append(e.P2P, string(drawText(t, 60)))
	}
	return e
}

// drawMessage is a message of a kind that is drawn too.
func drawMessage(t *rapid.T) Message {
	hashes := drawList(maxLocator, drawHash)
	switch kind(rapid.IntRange(0, int(kindGetHave)).Draw(t, "kind")) {
	case kindHello:
		return Hello{Version: rapid.Uint32().Draw(t, "version"), Genesis: drawHash(t), Self: drawEntry(t), Tip: drawClaim(t)}
	case kindPing:
		return Ping{Number: rapid.Uint64().Draw(t, "number")}
	case kindPong:
		return Pong{Number: rapid.Uint64().Draw(t, "number"), Tip: drawClaim(t)}
	case kindGetHeaders:
		return GetHeaders{Locator: hashes(t)}
	case kindHeaders:
		return Headers{Answer: rapid.Bool().Draw(t, "answer"), Headers: drawList(9, drawHeader)(t)}
	case kindGetBlocks:
		return GetBlocks{IDs: hashes(t)}
	case kindBlocks:
		return Blocks{Encoded: drawList(9, func(t *rapid.T) []byte { return bytes.Clone(drawText(t, 200)) })(t)}
	case kindNotFound:
		return NotFound{IDs: hashes(t)}
	case kindCompact:
		return Compact{Header: drawHeader(t), Salt: rapid.Uint64().Draw(t, "salt"), Coinbase: drawTransaction(t), ShortIDs: drawList(9, drawShortID)(t)}
	case kindGetBlockTransactions:
		return GetBlockTransactions{Block: drawHash(t), Indexes: drawList(99, func(t *rapid.T) uint32 { return rapid.Uint32().Draw(t, "index") })(t)}
	case kindBlockTransactions:
		return BlockTransactions{Block: drawHash(t), Transactions: drawList(9, drawTransaction)(t)}
	case kindHave:
		return Have{IDs: hashes(t)}
	case kindHaveShort:
		return HaveShort{All: rapid.Bool().Draw(t, "all"), Salt: rapid.Uint64().Draw(t, "salt"), ShortIDs: drawList(9, drawShortID)(t)}
	case kindGetHave:
		return GetHave{Salt: rapid.Uint64().Draw(t, "salt"), ShortIDs: drawList(9, drawShortID)(t)}
	case kindGetTransactions:
		return GetTransactions{IDs: hashes(t)}
	case kindTransactions:
		return Transactions{Transactions: drawList(9, drawTransaction)(t)}
	case kindGetAddresses:
		return GetAddresses{}
	case kindGoodbye:
		return Goodbye{}
	case kindSendCompact:
		return SendCompact{High: rapid.Bool().Draw(t, "high")}
	case kindGetCompact:
		return GetCompact{Block: drawHash(t)}
	default:
		return Addresses{Nodes: drawList(9, drawEntry)(t)}
	}
}

func makeCompact(b *types.Block, salt uint64) Compact { return newCompact(b, b.TransactionIDs(), salt) }
