package transport

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"networkmngr/internal/types"
)

const (
	maxBans = 4096 // that are remembered
	// MaxReason is how many bytes the reason of a ban may have.
	MaxReason = 200
)

// ErrBan means that a ban cannot be set as it is; match with errors.Is.
var ErrBan = errors.New("not a usable ban")

// BanSource says who set a ban.
type BanSource string

// The sources of bans.
const (
	BannedByHand BanSource = "hand" // a person wants it so
	BannedByRule BanSource = "rule" // the node sent what no honest one would
	BannedToWait BanSource = "wait" // the node was of no use, and may come back soon
)

// Ban keeps out a node, in both directions, or whoever comes in from some addresses. What
// a person bans by address is not dialled either.
type Ban struct {
	// ID is the node's. With a Net, it is that of the node on whose account the addresses
	// are banned, or zero.
	ID     types.NodeID `json:"id,omitzero"`
	Net    netip.Prefix `json:"net,omitzero"` // addresses; zero for a ban of a node
	Until  time.Time    `json:"until"`
	Reason string       `json:"reason"`
	By     BanSource    `json:"by"`
}

// Validate returns an error, which wraps ErrBan, unless the ban can be set at now.
func (b Ban) Validate(now time.Time) error {
	switch {
	case !b.Net.IsValid() && b.ID == types.NodeID{}:
		return fmt.Errorf("%w: neither a node nor an address is named", ErrBan)
	case b.Net.IsValid() && (b.Net != b.Net.Masked() || b.Net.Addr().Is4In6()):
		return fmt.Errorf("%w: %s is not written as an IPv4 or IPv6 prefix, such as %s", ErrBan, b.Net, b.Net.Masked())
	case !b.Until.After(now):
		return fmt.Errorf("%w: it would have ended at %s", ErrBan, b.Until.Format(time.RFC3339))
	case len(b.Reason) > MaxReason || !utf8.ValidString(b.Reason):
		return fmt.Errorf("%w: the reason has %d bytes, want at most %d of UTF-8", ErrBan, len(b.Reason), MaxReason)
	case b.By != BannedByHand && b.By != BannedByRule && b.By != BannedToWait:
		return fmt.Errorf("%w: it is by %q, want hand, rule or wait", ErrBan, b.By)
	}
	return nil
}

// subject is whom a ban is about: a node, or addresses.
type subject struct {
	id  types.NodeID // zero if it is about addresses
	net netip.Prefix
}

func (b Ban) subject() subject {
	if b.Net.IsValid() {
		return subject{net: b.Net}
	}
	return subject{id: b.ID}
}

// bans are those in force, by whom they are about.
type bans struct {
	mu  sync.Mutex // guards set
	set map[subject]Ban
}

func newBans() *bans { return &bans{set: map[subject]Ban{}} }

// add sets a ban. One by hand gives way only to another by hand, and else the one that
// ends later stays. Where there are maxBans, the one that ends first gives way, unless
// that is by hand; if all are, the error wraps ErrBan.
func (b *bans) add(ban Ban, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	about := ban.subject()
	old, is := b.set[about]
	if is && old.Until.After(now) && ban.By != BannedByHand && (old.By == BannedByHand || old.Until.After(ban.Until)) {
		return nil
	}
	if !is && len(b.set) >= maxBans && !b.evict(now) {
		return fmt.Errorf("%w: there are %d by hand already", ErrBan, maxBans)
	}
	b.set[about] = ban
	return nil
}

// evict makes room, if it can.
func (b *bans) evict(now time.Time) bool {
	b.purge(now)
	if len(b.set) < maxBans {
		return true
	}
	var first *Ban
	for _, ban := range b.set {
		if ban.By != BannedByHand && (first == nil || ban.Until.Before(first.Until)) {
			first = &ban
		}
	}
	if first != nil {
		delete(b.set, first.subject())
	}
	return first != nil
}

// purge forgets the bans that have ended.
func (b *bans) purge(now time.Time) {
	for about, ban := range b.set {
		if !ban.Until.After(now) {
			delete(b.set, about)
		}
	}
}

// list lists the bans in force, those that end first first.
func (b *bans) list(now time.Time) []Ban {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.purge(now)
	list := make([]Ban, 0, len(b.set))
	for _, ban := range b.set {
		list = append(list, ban)
	}
	slices.SortFunc(list, func(a, b Ban) int {
		return cmp.Or(a.Until.Compare(b.Until), a.ID.Compare(b.ID), a.Net.Compare(b.Net))
	})
	return list
}

// lift lifts the bans for which which returns true, and lists them.
func (b *bans) lift(which func(Ban) bool) (lifted []Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for about, ban := range b.set {
		if which(ban) {
			delete(b.set, about)
			lifted = append(lifted, ban)
		}
	}
	return lifted
}

// node reports whether a node is banned.
func (b *bans) node(id types.NodeID, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.set[subject{id: id}].Until.After(now)
}

// address returns the ban of an address that counts, or nil: where several do, one by
// hand.
func (b *bans) address(ip netip.Addr, now time.Time) (found *Ban) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.set) == 0 {
		return nil
	}
	for bits := range ip.BitLen() + 1 {
		net, _ := ip.Prefix(bits) // so many bits are no error
		if ban := b.set[subject{net: net}]; ban.Until.After(now) && (found == nil || ban.By == BannedByHand) {
			found = &ban
		}
	}
	return found
}

// Bans lists the bans in force, those that end first first.
func (t *Transport) Bans() []Ban { return t.bans.list(time.Now()) }

// Unban lifts the bans for which which returns true, and lists them.
func (t *Transport) Unban(which func(Ban) bool) []Ban { return t.bans.lift(which) }

// Ban sets a ban, and ends the links that it concerns. Unless it is by hand, the addresses
// that the node comes from are banned too, to whoever comes in from there: for as long if
// the node broke a rule, else as [ipRecords.offend] says. Loopback is exempt, as all nodes
// of a machine have it in common. The error wraps ErrBan.
func (t *Transport) Ban(ban Ban) error {
	now := time.Now()
	if err := ban.Validate(now); err != nil {
		return err
	}
	if err := t.bans.add(ban, now); err != nil {
		return err
	}
	for _, l := range t.concerned(ban) {
		if ban.By != BannedByHand {
			t.banOrigin(ban, l, now)
		}
		l.close(ErrBanned)
	}
	return nil
}

// concerned lists the links with whom a ban is about.
func (t *Transport) concerned(ban Ban) (list []*link) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, l := range t.links {
		if id == ban.ID && !ban.Net.IsValid() || ban.Net.Contains(l.ip()) {
			list = append(list, l)
		}
	}
	return list
}

// banOrigin bans the addresses that a banned node has its link from.
func (t *Transport) banOrigin(ban Ban, l *link, now time.Time) {
	ip := l.ip()
	if !ip.IsValid() || ip.IsLoopback() {
		return
	}
	if ban.By == BannedToWait {
		ban.Until = now.Add(t.stack.admission.offend(ip, ban.Until, now))
	}
	if ban.Net = ipPrefix(ip); ban.Until.After(now) {
		if err := t.bans.add(ban, now); err != nil {
			t.log.Debug("address not banned", "address", ip, "error", err)
		}
	}
}

// banned is why nobody with an id, or who has a connection with ip, may have a link; nil if
// he may. What the node dials itself is another one's address, which only a person bans.
func (t *Transport) banned(id types.NodeID, ip netip.Addr, outbound bool) error {
	now := time.Now()
	if t.bans.node(id, now) {
		return fmt.Errorf("%w: %s", ErrBanned, id.Short())
	}
	if ban := t.bans.address(ip, now); ban != nil && (!outbound || ban.By == BannedByHand) {
		return fmt.Errorf("%w: %s, as %s is", ErrBanned, ip, ban.Net)
	}
	return nil
}
