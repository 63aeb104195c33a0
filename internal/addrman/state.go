package addrman

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// State is all that a manager keeps over restarts.
type State struct {
	Key   Key      `json:"key"`
	Nodes []Stored `json:"nodes"`
}

// Stored is a node of a State. Times are Unix seconds, and 0 for never.
type Stored struct {
	Node        types.NodeInfo `json:"node"`
	Tried       bool           `json:"tried,omitempty"`
	Buckets     []int          `json:"buckets,omitempty"` // of new
	Source      types.NodeID   `json:"source"`
	SourceGroup netgroup.Group `json:"source_group,omitempty"`
	Told        int64          `json:"told"`
	LastSuccess int64          `json:"last_success,omitempty"`
	Attempts    int            `json:"attempts,omitempty"`
}

// State is what Restore takes. Terrible entries are left out.
func (m *Manager) State(now time.Time) State {
	s := State{Key: m.key, Nodes: make([]Stored, 0, len(m.all))}
	for _, e := range m.all {
		if e.isTerrible(now, &m.config) {
			continue
		}
		stored := Stored{
			Node: e.node, Tried: e.tried, Source: e.source.Node, SourceGroup: e.source.Group,
			Told: seconds(e.told), LastSuccess: seconds(e.lastSuccess), Attempts: e.attempts,
		}
		for _, at := range e.places {
			stored.Buckets = append(stored.Buckets, at.bucket)
		}
		s.Nodes = append(s.Nodes, stored)
	}
	return s
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Sound is a state without the nodes that no manager has kept, and why these were left out.
func (s State) Sound() (sound State, left []error) {
	sound.Key = s.Key
	seen := make(map[types.NodeID]bool, len(s.Nodes))
	for i, n := range s.Nodes {
		err := n.check()
		if err == nil && seen[n.Node.ID] {
			err = errors.New("it is there twice")
		}
		if err != nil {
			left = append(left, fmt.Errorf("known node %d, %s: %w", i, n.Node.ID.Short(), err))
			continue
		}
		seen[n.Node.ID] = true
		sound.Nodes = append(sound.Nodes, n)
	}
	return sound, left
}

// check returns an error if no manager keeps such a node.
func (n *Stored) check() error {
	_, err := netgroup.First(n.Node)
	switch {
	case err != nil:
		return err
	case !n.Node.Valid():
		return errors.New("it has too many addresses, or too long ones")
	case n.Attempts < 0 || n.Told < 0 || n.LastSuccess < 0:
		return errors.New("it has a number below zero")
	case n.Tried == (len(n.Buckets) > 0):
		return errors.New("it is in both tables, or in none")
	}
	return nil
}

// Restore makes a manager that goes on where another one was. Nodes that are not sound are
// left out; those whose places other ones have, as the settings have changed, find others
// or are forgotten.
func Restore(config Config, s State, now time.Time, random *rand.Rand) *Manager {
	m := newManager(config, s.Key, random)
	sound, _ := s.Sound()
	for _, n := range sound.Nodes {
		m.restore(now, n)
	}
	return m
}

func (m *Manager) restore(now time.Time, n Stored) {
	node := bounded(ReachedFrom(n.Node, netgroup.Unreachable))
	at, err := netgroup.First(node)
	if err != nil {
		return
	}
	e := m.newEntry(now, node, at.At, Source{Node: n.Source, Group: n.SourceGroup})
	e.added = time.Time{} // long ago
	e.told, e.lastSuccess, e.attempts = moment(n.Told), moment(n.LastSuccess), n.Attempts
	if !m.config.Grouping.Allows(e.group, m.members[e.group]) {
		return
	}
	if tried := m.triedPlace(e); n.Tried && m.tried.get(tried) == nil {
		m.tried.put(tried, e)
		e.tried = true
	} else {
		m.restoreNew(now, e, n.Buckets)
	}
	if e.tried || len(e.places) > 0 {
		m.register(e)
	}
}

// restoreNew gives an entry the places in new that it had, if they are free, or else
// one as if its source told of it anew.
func (m *Manager) restoreNew(now time.Time, e *entry, buckets []int) {
	for _, bucket := range buckets[:min(len(buckets), m.config.Places)] {
		at := m.slotOf(bucket, "new slot", addressText(e.at))
		if 0 <= bucket && bucket < m.config.New && m.fresh.get(at) == nil {
			m.fresh.put(at, e)
			e.places = append(e.places, at)
		}
	}
	if len(e.places) == 0 {
		m.placeNew(now, e, e.source)
	}
}
