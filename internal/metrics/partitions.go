package metrics

import (
	"networkmngr/internal/events/state"
	"networkmngr/internal/types"
)

// partitions counts the parts of a network that no link joins, of the nodes that are not
// down.
func partitions(nodes []state.Node) int {
	links := make(map[types.NodeID][]types.NodeID)
	for _, n := range nodes {
		if n.State != state.Down {
			links[n.ID] = nil
		}
	}
	for _, n := range nodes {
		for _, link := range n.Peers {
			_, up := links[n.ID]
			if _, other := links[link.Peer]; up && other {
				links[n.ID] = append(links[n.ID], link.Peer)
				links[link.Peer] = append(links[link.Peer], n.ID)
			}
		}
	}
	return components(links)
}

// components counts the parts of a graph, and empties it.
func components(links map[types.NodeID][]types.NodeID) (count int) {
	for id := range links {
		count++
		for next := []types.NodeID{id}; len(next) > 0; {
			at := next[len(next)-1]
			next = append(next[:len(next)-1], links[at]...)
			delete(links, at)
		}
	}
	return count
}
