// Package nodetest has parts of a node that need no node, for tests of what speaks to one.
package nodetest

import (
	"slices"
	"sync"
	"time"

	"networkmngr/internal/node"
	"networkmngr/internal/transport"
)

// BanList has the bans of a node that keeps out nobody. The zero value has none.
type BanList struct {
	mu   sync.Mutex // guards list
	list []node.Ban
}

// SetBans puts bans, whoever set them, in the place of those that there are.
func (b *BanList) SetBans(bans []node.Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = slices.Clone(bans)
}

// Bans lists them as they were set.
func (b *BanList) Bans() []node.Ban {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.list)
}

// Ban sets one by hand; the error wraps transport.ErrBan.
func (b *BanList) Ban(ban node.Ban) error {
	ban.By = transport.BannedByHand
	if err := ban.Validate(time.Now()); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = append(b.list, ban)
	return nil
}

// Unban lifts those for which which returns true, and lists them. There is no error.
func (b *BanList) Unban(which func(node.Ban) bool) (lifted []node.Ban, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list = slices.DeleteFunc(b.list, func(ban node.Ban) bool {
		lifts := which(ban)
		if lifts {
			lifted = append(lifted, ban)
		}
		return lifts
	})
	return lifted, nil
}
