package state

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// LastBlocks is how many block heads a State has at most.
const LastBlocks = 500

// maxLinks bounds the links of a node that are known.
const maxLinks = 10_000

// Fold is a network that follows a stream of events. It is for one goroutine at a
// time.
type Fold struct {
	stream   string
	offset   uint64
	network  string
	genesis  types.Hash
	params   *events.Parameters
	nodes    map[string]*node
	blocks   []Block
	known    map[types.Hash]bool // of blocks
	session  *Session
	clock    *events.ClockChanged
	faults   *Faults // never changed, but replaced
	machines []Machine
}

// node is a Node with its links by peer.
type node struct {
	Node
	links map[types.NodeID]Link
}

// NewFold makes a Fold that knows nothing yet of a stream.
func NewFold(stream string) *Fold {
	return &Fold{stream: stream, nodes: make(map[string]*node), known: make(map[types.Hash]bool)}
}

// Resume makes a Fold that goes on from a State of the past.
func Resume(s State) *Fold {
	f := NewFold(s.Stream)
	f.offset, f.network, f.genesis, f.params, f.clock = s.Offset, s.Network, s.Genesis, s.Parameters, s.Clock
	for _, n := range s.Nodes {
		links := make(map[types.NodeID]Link, len(n.Peers))
		for _, link := range n.Peers {
			links[link.Peer] = link
		}
		f.nodes[n.Name] = &node{n, links}
	}
	for _, b := range s.Blocks {
		f.known[b.Hash] = true
		f.blocks = append(f.blocks, b)
	}
	f.faults, f.machines = s.Faults, slices.Clone(s.Machines)
	if s.Session != nil {
		f.session = new(*s.Session)
	}
	return f
}

// State returns what the network is like now.
func (f *Fold) State() State {
	s := State{
		Stream: f.stream, Offset: f.offset, Network: f.network, Genesis: f.genesis, Parameters: f.params, Clock: f.clock,
		Nodes: []Node{}, Machines: slices.Clone(f.machines), Blocks: append([]Block{}, f.blocks...), Faults: f.faults,
	}
	if f.session != nil {
		s.Session = new(*f.session)
	}
	for _, n := range f.nodes {
		s.Nodes = append(s.Nodes, n.copy())
	}
	slices.SortFunc(s.Nodes, func(a, b Node) int { return events.CompareNames(a.Name, b.Name) })
	return s
}

// Node returns a node by name.
func (f *Fold) Node(name string) (Node, bool) {
	n, known := f.nodes[name]
	if !known {
		return Node{}, false
	}
	return n.copy(), true
}

// Offset is that of the last event that was applied.
func (f *Fold) Offset() uint64 { return f.offset }

func (n *node) copy() Node {
	c := n.Node
	c.Peers = slices.SortedFunc(maps.Values(n.links), func(a, b Link) int { return a.Peer.Compare(b.Peer) })
	if c.Peers == nil {
		c.Peers = []Link{}
	}
	return c
}

// Apply takes in the next event.
func (f *Fold) Apply(e *events.Event) {
	f.offset = e.Offset
	if e.Node == "" {
		f.ofNetwork(e.Data, e.Time)
		return
	}
	n := f.nodes[e.Node]
	if n == nil {
		n = &node{Node: Node{Name: e.Node, State: Running, Since: e.Time, Strategy: events.Honest}}
		f.nodes[e.Node] = n
	}
	n.life(e.Data, e.Time)
	n.own(e.Data, e.Time)
	switch data := e.Data.(type) {
	case events.BlockConnected:
		f.connected(&data, e.Node, e.Time)
	case events.TipMoved:
		for i := range data.Last {
			f.connected(&data.Last[i], e.Node, data.Last[i].Found(e.Time))
		}
	case events.MiningResult:
		f.mined(data)
	case events.NodeDown:
		if data.Left {
			delete(f.nodes, e.Node)
		}
	}
}

// ofNetwork takes in what the manager tells of the whole network.
func (f *Fold) ofNetwork(data events.Data, at time.Time) {
	switch data := data.(type) {
	case events.NetworkUp:
		f.network, f.genesis, f.params = data.Network, data.Genesis, data.Parameters
		f.clock = nil // which is told next, if it is not the machine's
		f.machines = nil
	case events.MachineChanged:
		f.machine(data, at)
	case events.ClockChanged:
		f.clock = &data
	case events.NetworkChanged:
		f.network, f.genesis, f.params = data.Network, data.Genesis, data.Parameters
		f.blocks, f.known = nil, make(map[types.Hash]bool)
	case events.MiningStarted:
		f.session = &Session{Mode: data.Mode, Rounds: data.Rounds}
	case events.MiningStopped:
		f.session = nil
	case events.FaultsChanged:
		f.faults = &Faults{Generation: data.Generation, Since: at, Faults: data.Faults}
	}
}

// machine takes in how a machine fares.
func (f *Fold) machine(data events.MachineChanged, at time.Time) {
	now := Machine{URL: data.URL, State: data.State, Since: at, Error: data.Error}
	i := slices.IndexFunc(f.machines, func(x Machine) bool { return x.URL == data.URL })
	switch {
	case data.State == events.MachineRemoved:
		f.machines = slices.DeleteFunc(f.machines, func(x Machine) bool { return x.URL == data.URL })
	case i < 0:
		f.machines = append(f.machines, now)
	default:
		f.machines[i] = now
	}
}

// mined takes in what came of one request of a session.
func (f *Fold) mined(data events.MiningResult) {
	if f.session == nil {
		return
	}
	f.session.Sent++
	if data.Block != nil {
		f.session.Mined++
	}
}

// connected takes in a block's head, if it is the first word of it. A node that catches
// up connects old blocks: they displace no higher ones.
func (f *Fold) connected(data *events.BlockConnected, node string, at time.Time) {
	if f.known[data.Hash] {
		return
	}
	if len(f.blocks) == LastBlocks {
		lowest := f.lowest()
		if data.Index < f.blocks[lowest].Index {
			return
		}
		delete(f.known, f.blocks[lowest].Hash)
		f.blocks = slices.Delete(f.blocks, lowest, lowest+1)
	}
	f.known[data.Hash] = true
	block := Block{
		BlockRef: data.BlockRef, Previous: data.Previous, Transactions: data.Transactions,
		Size: data.Size, Timestamp: data.Timestamp, Bits: data.Bits, Time: at, Node: node,
	}
	if data.Miner != (types.Address{}) {
		block.Miner = &data.Miner
	}
	f.blocks = append(f.blocks, block)
}

// lowest is the place of the lowest block head, of equals the one that came first.
func (f *Fold) lowest() (at int) {
	for i := range f.blocks {
		if f.blocks[i].Index < f.blocks[at].Index {
			at = i
		}
	}
	return at
}

// life takes in what the manager tells of a node's process.
func (n *node) life(data events.Data, at time.Time) {
	switch data := data.(type) {
	case events.NodeUp:
		*n = node{Node: Node{
			Name: n.Name, ID: data.ID, Account: data.ID.Account(), PID: data.PID, Address: data.Address, Machine: data.Machine, Strategy: events.Honest,
		}}
		n.become(Running, at)
	case events.NodeDown:
		n.links, n.Mining, n.Mempool, n.Withheld, n.TooNew = nil, nil, Mempool{}, 0, nil
		n.become(Down, at)
	case events.NodePaused:
		n.become(Paused, at)
	case events.NodeSilent:
		n.become(Silent, at)
	case events.NodeResumed, events.NodeAnswering:
		n.become(Running, at)
	}
}

func (n *node) become(state string, at time.Time) { n.State, n.Since = state, at }

// own takes in what a node tells of itself.
func (n *node) own(data events.Data, at time.Time) {
	switch data := data.(type) {
	case events.PeerLinked:
		if n.links == nil {
			n.links = make(map[types.NodeID]Link)
		}
		if len(n.links) == maxLinks {
			return // no node has so many: it tells what is not so
		}
		n.links[data.Peer] = Link{Peer: data.Peer, Outbound: data.Outbound, Since: at}
	case events.PeerLost:
		delete(n.links, data.Peer)
	case events.TipMoved:
		n.Tip, n.Work = new(data.BlockRef), data.Work
		if n.TooNew != nil && n.TooNew.Index <= data.Index {
			n.TooNew = nil
		}
	case events.BlockTooNew:
		n.TooNew = &data
	case events.Mempool:
		n.Mempool = Mempool{Transactions: data.Transactions, Bytes: data.Bytes, Parked: data.Parked}
	default:
		n.mines(data)
	}
}

// mines takes in what a node tells of its mining.
func (n *node) mines(data events.Data) {
	switch data := data.(type) {
	case events.MiningStarted:
		n.mining(Mining{Mode: data.Mode, Strategy: data.Strategy, Solver: data.Solver, Hashrate: data.Hashrate})
	case events.MiningChanged:
		n.mining(Mining{Mode: data.Mode, Strategy: data.Strategy, Solver: data.Solver, Hashrate: data.Hashrate})
	case events.MiningStopped:
		n.Mining = nil
	case events.BlockMined:
		if data.Withheld {
			n.Withheld++
		}
	case events.BlocksWithheld:
		n.Withheld = len(data.Blocks)
	case events.BlocksPublished:
		n.Withheld = data.Withheld
	case events.BlocksAbandoned:
		n.Withheld = max(n.Withheld-data.Blocks, 0)
	}
}

func (n *node) mining(now Mining) {
	n.Strategy = cmp.Or(now.Strategy, n.Strategy)
	if n.Mining = nil; events.MinesByItself(now.Mode) {
		n.Mining = &now
	}
}
