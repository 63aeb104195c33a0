package addrman

import (
	"time"

	"networkmngr/internal/netgroup"
	"networkmngr/internal/types"
)

// Row is one place in a table, for people to look at.
type Row struct {
	Node        types.NodeID
	Address     string // that counts, host:port
	Tried       bool   // has answered; else it was told of
	Bucket      int
	Slot        int
	Group       netgroup.Group // empty if it is exempt
	Source      Source         // that told of it first
	Attempts    int            // in vain since it last answered
	LastTry     time.Time      // zero for never
	LastSuccess time.Time      // zero for never
}

// Table lists what is in both tables, in no order.
func (m *Manager) Table() []Row {
	rows := make([]Row, 0, m.tried.count+m.fresh.count)
	for _, t := range []*table{&m.tried, &m.fresh} {
		for _, b := range t.filled {
			for _, slot := range b.taken {
				e := slot.entry
				rows = append(rows, Row{
					Node: e.node.ID, Address: e.at.String(), Tried: e.tried, Bucket: b.number, Slot: slot.slot, Group: e.group,
					Source: e.source, Attempts: e.attempts, LastTry: e.lastTry, LastSuccess: e.lastSuccess,
				})
			}
		}
	}
	return rows
}
