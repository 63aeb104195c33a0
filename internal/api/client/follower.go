package client

import (
	"context"
	"slices"

	"networkmngr/internal/api"
	"networkmngr/internal/types"
)

// Follower reads a node's main chain as it moves, from the tip that it found
// first. It asks for the tip alone, and for blocks when there are new ones.
type Follower struct {
	client *Node
	start  uint64                // height of the first tip
	hashes map[uint64]types.Hash // of the main chain from there on, by height
	top    uint64
}

// Moves is what has happened to a main chain.
type Moves struct {
	Reverted []types.Hash  // blocks that left it
	Added    []types.Block // that came, the lowest first
}

// Follow makes a follower that stands on the node's tip. The error is that of Node.Info.
func Follow(ctx context.Context, client *Node) (*Follower, error) {
	info, err := client.Info(ctx)
	if err != nil {
		return nil, err
	}
	tip := info.Tip
	return &Follower{
		client: client, start: tip.Index, top: tip.Index,
		hashes: map[uint64]types.Hash{tip.Index: tip.Hash},
	}, nil
}

// Height is that of the tip that was found last.
func (f *Follower) Height() uint64 { return f.top }

// Next returns what has happened since the last time; that may be nothing. Of many
// blocks it returns about one answer's at a time, as a chain that moves fast would
// never be read to its end. The error is the client's.
func (f *Follower) Next(ctx context.Context) (Moves, error) {
	info, err := f.client.Info(ctx)
	if err != nil || info.Tip.Hash == f.hashes[f.top] {
		return Moves{}, err
	}
	added, err := f.branch(ctx, min(info.Tip.Index, f.top+api.MaxRows))
	if err != nil || len(added) == 0 {
		return Moves{}, err
	}
	slices.Reverse(added)
	return Moves{Reverted: f.cut(added[0].Height()), Added: f.grow(added)}, nil
}

// branch reads from height down to where the known chain goes on, the highest
// block first. It returns none if the chain moves meanwhile.
func (f *Follower) branch(ctx context.Context, height uint64) (added []types.Block, err error) {
	for {
		page, err := f.client.BlocksFrom(ctx, height, f.pageTo(height))
		if err != nil {
			return nil, err
		}
		for i := range page.Blocks {
			b := &page.Blocks[i]
			if len(added) > 0 && b.Hash() != added[len(added)-1].Previous {
				return nil, nil
			}
			if f.knows(b.Height(), b.Hash()) {
				return added, nil
			}
			added = append(added, *b)
		}
		if page.Next == nil || f.reaches(added) {
			return added, nil
		}
		height = *page.Next
	}
}

// pageTo is how many blocks are missing between the known chain and height.
func (f *Follower) pageTo(height uint64) int {
	return int(min(max(height, f.top+1)-f.top, api.MaxRows))
}

func (f *Follower) knows(height uint64, hash types.Hash) bool {
	known, ok := f.hashes[height]
	return ok && known == hash
}

// reaches reports whether the lowest block of a branch stands on a known one. Of
// what was there before the start, little is read: a fork is rarely deep.
func (f *Follower) reaches(branch []types.Block) bool {
	lowest := &branch[len(branch)-1]
	return f.knows(lowest.Height()-1, lowest.Previous) || lowest.Height()+api.MaxRows <= f.start
}

// cut forgets what is known from height on, the highest first.
func (f *Follower) cut(height uint64) (reverted []types.Hash) {
	for above := f.top + 1; above > height; above-- {
		if hash, ok := f.hashes[above-1]; ok {
			reverted = append(reverted, hash)
			delete(f.hashes, above-1)
		}
	}
	return reverted
}

func (f *Follower) grow(added []types.Block) []types.Block {
	for i := range added {
		f.top = added[i].Height()
		f.hashes[f.top] = added[i].Hash()
	}
	return added
}
