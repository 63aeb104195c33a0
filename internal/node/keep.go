package node

import (
	"context"
	"errors"
	"fmt"

	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// promise is transfers of which somebody is told once they are on disk.
type promise struct {
	transfers []types.Transaction
	undone    bool       // by a reorg, or else they are local
	kept      chan error // has room for the answer
}

// keepPending brings what is promised to the disk until ctx ends, which is no
// error. Those who come while others are being written share the next write.
func (n *Node) keepPending(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-n.promised.bell:
		}
		if err := n.keepAll(n.promised.takeAll()); err != nil {
			return err
		}
	}
}

func (n *Node) keepAll(batch []promise) error {
	var local, undone []types.Transaction
	for _, one := range batch {
		if one.undone {
			undone = append(undone, one.transfers...)
		} else {
			local = append(local, one.transfers...)
		}
	}
	err := n.pending.add(local, undone)
	if err != nil {
		err = fmt.Errorf("%w: %w", chain.ErrStore, err)
	}
	for _, one := range batch {
		one.kept <- err
	}
	return err
}

// keep waits until a local transfer is on disk, and with it what its sender has
// pending before it.
func (n *Node) keep(t types.Transaction) error {
	return n.keepPromise(promise{transfers: []types.Transaction{t}})
}

func (n *Node) keepPromise(one promise) error {
	one.kept = make(chan error, 1)
	n.promised.put(one)
	select {
	case err := <-one.kept:
		return err
	case <-n.life.Done():
		return ErrStopping
	}
}

// keepUndone has on disk what a reorg has put back into the mempool, as the file
// may have been written without it while a block held it.
func (n *Node) keepUndone(transfers []types.Transaction) error {
	if len(transfers) == 0 {
		return nil
	}
	if err := n.keepPromise(promise{transfers: transfers, undone: true}); !errors.Is(err, ErrStopping) {
		return err
	}
	return nil
}
