package node

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"networkmngr/internal/core"
	"networkmngr/internal/mailbox"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// Ban keeps out a node, or whoever comes in from some addresses.
type Ban = transport.Ban

// banned keeps bans.json up to date.
type banned struct {
	mu      sync.Mutex   // held from the choice of what is written until it holds
	saved   []Ban        // what the file holds; guarded by mu
	changed mailbox.Bell // rung when the node itself has banned somebody
}

// Bans lists the bans in force, those that end first first.
func (n *Node) Bans() []Ban { return n.transport.Bans() }

// Ban sets a ban by hand, once it is on disk, and ends the links that it concerns. The
// error wraps transport.ErrBan, or is that of the disk, or ErrStopping.
func (n *Node) Ban(ban Ban) error {
	n.banned.mu.Lock()
	defer n.banned.mu.Unlock()
	ban.By = transport.BannedByHand
	if err := ban.Validate(time.Now()); err != nil {
		return err
	}
	if err := n.writeBans(append(n.transport.Bans(), ban)); err != nil {
		return err
	}
	if err := n.transport.Ban(ban); err != nil {
		return errors.Join(err, n.writeBans(n.transport.Bans()))
	}
	n.log.Info("banned by hand", "who", who(ban), "until", ban.Until.Format(time.RFC3339), "reason", ban.Reason)
	return n.bar([]Ban{ban}, time.Until(ban.Until))
}

// who is whom a ban keeps out, as a log has it.
func who(ban Ban) string {
	if ban.Net.IsValid() {
		return ban.Net.String()
	}
	return ban.ID.Short()
}

// Unban lifts the bans for which which returns true, once that is on disk, and lists them.
// The error is that of the disk, or ErrStopping.
func (n *Node) Unban(which func(Ban) bool) ([]Ban, error) {
	n.banned.mu.Lock()
	defer n.banned.mu.Unlock()
	if err := n.writeBans(slices.DeleteFunc(n.transport.Bans(), which)); err != nil {
		return nil, err
	}
	lifted := n.transport.Unban(which)
	for _, ban := range lifted {
		n.log.Info("ban lifted", "peer", ban.ID.Short(), "net", ban.Net, "reason", ban.Reason)
	}
	return lifted, n.bar(lifted, 0)
}

// bar has the core not dial the nodes of bans for so long, or dial them again.
func (n *Node) bar(bans []Ban, wait time.Duration) error {
	var ids []types.NodeID
	for _, ban := range bans {
		if !ban.Net.IsValid() {
			ids = append(ids, ban.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := n.request(n.ctx, func(number uint64) core.Input { return core.Barred{Number: number, Nodes: ids, For: wait} })
	return err
}

// banPeer bans a peer that the core wants out for so long.
func (n *Node) banPeer(d core.Drop, out time.Duration) {
	ban := Ban{ID: d.Peer, Until: time.Now().Add(out), Reason: d.Reason.Error(), By: transport.BannedToWait}
	ban.Reason = strings.ToValidUTF8(ban.Reason[:min(len(ban.Reason), transport.MaxReason)], "")
	if d.Ban > 0 {
		ban.By = transport.BannedByRule
	}
	if err := n.transport.Ban(ban); err != nil {
		n.log.Warn("peer is not banned", "peer", d.Peer.Short(), "error", err)
	}
	n.banned.changed.Ring()
}

// persistBans keeps bans.json up to date with what the node itself bans, until ctx ends,
// which is no error. It may lag behind by saveAfter.
func (n *Node) persistBans(ctx context.Context) error {
	for range n.banned.changed.Rings(ctx) {
		select {
		case <-ctx.Done():
		case <-time.After(saveAfter):
		}
		n.banned.mu.Lock()
		if err := n.writeBans(n.transport.Bans()); err != nil {
			n.log.Warn("write bans", "error", err)
		}
		n.banned.mu.Unlock()
	}
	return nil
}

// writeBans writes bans.json if it would change. Who only has to wait a little is not in
// it.
func (n *Node) writeBans(bans []Ban) error {
	lasting := slices.DeleteFunc(bans, func(b Ban) bool { return b.By == transport.BannedToWait })
	if slices.EqualFunc(lasting, n.banned.saved, equalBans) {
		return nil
	}
	err := writeJSON(n.config.Folder, bansFile, lasting)
	if err == nil {
		n.banned.saved = lasting
	}
	return err
}

func equalBans(a, b Ban) bool {
	until := a.Until.Equal(b.Until)
	a.Until, b.Until = time.Time{}, time.Time{}
	return until && a == b
}

// restoreBans sets the bans of the node's last life that have not ended. A file that cannot
// be read is told of, and so is a ban that is none.
func (n *Node) restoreBans() {
	bans, err := readJSON[strictjson.List[Ban]](n.config.Folder, bansFile)
	if err != nil {
		n.log.Warn("bans of last time cannot be read, all are lifted", "error", err)
	}
	for _, err := range bans.Left {
		n.log.Warn("ban of last time cannot be read", "error", err)
	}
	now := time.Now()
	for _, ban := range bans.Items {
		if !ban.Until.After(now) {
			continue
		}
		if err := n.transport.Ban(ban); err != nil {
			n.log.Warn("ban of last time cannot be set", "error", err)
		}
	}
	n.banned.saved = bans.Items
}
