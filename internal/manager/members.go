package manager

import (
	"cmp"
	"slices"
	"sync"
)

// members are the network's nodes: those that were started, and not taken out.
type members struct {
	mu   sync.Mutex // guards list
	list []*child   // by port
}

func (m *members) add(c *child) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = append(m.list, c)
	slices.SortFunc(m.list, func(a, b *child) int { return cmp.Compare(a.port, b.port) })
}

func (m *members) remove(c *child) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.list = slices.DeleteFunc(m.list, func(other *child) bool { return other == c })
}

// all lists them by port.
func (m *members) all() []*child {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.list)
}

// running lists those that run.
func (m *members) running() []*child {
	return slices.DeleteFunc(m.all(), func(c *child) bool { return !c.running() })
}

// at is the one on a port, or nil.
func (m *members) at(port int) *child {
	for _, c := range m.all() {
		if c.port == port {
			return c
		}
	}
	return nil
}
