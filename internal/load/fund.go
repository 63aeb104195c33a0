package load

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"networkmngr/internal/api/client"
	"networkmngr/internal/types"
)

// Derive makes count keys of a seed. They protect nothing.
func Derive(seed uint64, count int) []ed25519.PrivateKey {
	keys := make([]ed25519.PrivateKey, count)
	for i := range keys {
		text := binary.LittleEndian.AppendUint64([]byte("networkmngr load account\n"), seed)
		sum := sha256.Sum256(binary.LittleEndian.AppendUint64(text, uint64(i)))
		keys[i] = ed25519.NewKeyFromSeed(sum[:])
	}
	return keys
}

// Fund has rich accounts pay the poor ones even shares of half of their balances,
// and mines until they are paid. The error is the node's.
func Fund(ctx context.Context, node *client.Node, network types.Hash, rich, poor []ed25519.PrivateKey) error {
	for i, key := range rich {
		var mine []ed25519.PrivateKey
		for j := i; j < len(poor); j += len(rich) {
			mine = append(mine, poor[j])
		}
		if err := payEach(ctx, node, network, key, mine); err != nil {
			return err
		}
	}
	for {
		mined, err := node.Mine(ctx, 1)
		if err != nil {
			return err
		}
		pool, err := node.Mempool(ctx, 0, 1)
		if err != nil || pool.Count == 0 || len(mined.Block.Transactions) == 1 {
			return err
		}
	}
}

// payEach has one account pay others even shares of half of its balance. Where its
// sequence is not what it was, as after a reorg, the node is asked for it again.
func payEach(ctx context.Context, node *client.Node, network types.Hash, from ed25519.PrivateKey, to []ed25519.PrivateKey) error {
	const attempts = 10
	account, err := node.Account(ctx, types.AddressOfKey(from))
	if err != nil || len(to) == 0 {
		return err
	}
	each := account.Balance / types.Amount(2*len(to))
	for i, next, attempt := 0, account.NextSequence(), 1; i < len(to); {
		t := types.Transaction{Sequence: next, Recipient: types.AddressOfKey(to[i]), Amount: each}
		t.Sign(from, network)
		switch _, err := node.Submit(ctx, t); {
		case err == nil:
			i, next, attempt = i+1, next+1, 1
		case attempt == attempts || !client.Outpaced(err):
			return fmt.Errorf("fund account %d: %w", i, err)
		default:
			if account, err = node.Account(ctx, types.AddressOfKey(from)); err != nil {
				return err
			}
			next, attempt = account.NextSequence(), attempt+1
		}
	}
	return nil
}
