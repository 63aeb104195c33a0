package report

import (
	"fmt"
	"testing"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

// story is a run that is made up, event by event.
type story struct {
	*testing.T
	fold   *Fold
	offset uint64
	ids    map[string]types.NodeID
}

// tell begins a story with nodes that are up from second 0 on.
func tell(t *testing.T, nodes ...string) *story {
	s := &story{T: t, fold: NewFold(), ids: make(map[string]types.NodeID)}
	s.at(0, "", events.NetworkUp{Software: "networkmngr/test", Network: "lab", PID: 7, Nodes: len(nodes), Parameters: &events.Parameters{BlockTime: 2}})
	for _, name := range nodes {
		s.up(0, name)
	}
	return s
}

// at tells what happened at a second.
func (s *story) at(second float64, node string, list ...events.Data) *story {
	for _, data := range list {
		s.offset++
		at := noon.Add(time.Duration(second * float64(time.Second)))
		s.fold.Apply(&events.Event{Offset: s.offset, Time: at, Type: data.Type(), Node: node, Data: data})
	}
	return s
}

func (s *story) id(node string) types.NodeID {
	if _, known := s.ids[node]; !known {
		s.ids[node] = types.NodeID{1, byte(len(s.ids)), byte(len(s.ids) >> 8)}
	}
	return s.ids[node]
}

func (s *story) up(second float64, node string) *story {
	return s.at(second, node, events.NodeUp{ID: s.id(node), Address: "127.0.0.1:1"}, events.TipMoved{Work: "0"})
}

// mines has nodes mine without pause.
func (s *story) mines(second float64, nodes ...string) *story {
	for _, node := range nodes {
		s.at(second, node, events.MiningStarted{Mode: lottery, Solver: "cpu"})
	}
	return s
}

// hash is that of a block by its name, such as "a2".
func hash(name string) types.Hash { return types.DoubleSHA256([]byte(name)) }

// block is one by name; its height stands in it behind the letters.
func block(name string) events.BlockRef {
	var index uint64
	for i := range name {
		if _, err := fmt.Sscanf(name[i:], "%d", &index); err == nil {
			break
		}
	}
	return events.BlockRef{Hash: hash(name), Index: index}
}

// finds has a node mine a block on top of another, which becomes its tip with a total
// work of 100 for each height.
func (s *story) finds(second float64, node, name, on string) *story {
	b := block(name)
	return s.at(second, node,
		events.BlockConnected{BlockRef: b, Previous: parent(on), Miner: s.id(node).Account(), Transactions: 1},
		events.TipMoved{BlockRef: b, Work: fmt.Sprint(100 * b.Index), Applied: 1},
		events.BlockMined{BlockRef: b, Previous: parent(on), Miner: s.id(node).Account(), Transactions: 1, Size: 133, Seconds: 0.5, Hashes: 50},
	)
}

func parent(name string) types.Hash {
	if name == "" {
		return types.Hash{} // genesis
	}
	return hash(name)
}

// gets has a node receive a block of another's and put it on its chain.
func (s *story) gets(second float64, node, miner, name, on string) *story {
	b := block(name)
	return s.at(second, node, events.BlockReceived{BlockRef: b},
		events.BlockConnected{BlockRef: b, Previous: parent(on), Miner: s.id(miner).Account(), Transactions: 1},
		events.TipMoved{BlockRef: b, Work: fmt.Sprint(100 * b.Index), Applied: 1})
}

// sees has a node receive a block that stays beside its chain.
func (s *story) sees(second float64, node, name string) *story {
	return s.at(second, node, events.BlockReceived{BlockRef: block(name)})
}

// leaves has a node leave one tip for another.
func (s *story) leaves(second float64, node, from, to, fork string, depth int, change ...func(*events.Reorg)) *story {
	reorg := events.Reorg{From: block(from), To: block(to), Fork: block(fork), Depth: depth}
	if fork == "" {
		reorg.Fork = events.BlockRef{}
	}
	for _, f := range change {
		f(&reorg)
	}
	return s.at(second, node, reorg, events.TipMoved{BlockRef: block(to), Work: fmt.Sprint(100 * block(to).Index), Applied: depth + 1, Reverted: depth})
}

func (s *story) report() *Report {
	return s.fold.Report(Options{Made: noon, Software: "networkmngr/test"})
}
