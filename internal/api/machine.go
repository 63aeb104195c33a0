package api

import (
	"encoding/json"
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/types"
)

// The states of a Machine.
const (
	MachineJoining = "joining" // its nodes start
	MachineJoined  = events.MachineJoined
	MachineSilent  = events.MachineSilent
	MachineHasLeft = events.MachineLeft
	// MachineWasRemoved is of one that was taken out, which GET /machines does not list.
	MachineWasRemoved = events.MachineRemoved
)

// Machines answers GET /machines: the network, for who wants to join it, and the managers
// that have.
type Machines struct {
	Network string          `json:"network"`         // name
	Genesis json.RawMessage `json:"genesis"`         // its description, the content of a genesis file
	Lab     string          `json:"lab"`             // that the network is
	First   string          `json:"first,omitempty"` // URL of the manager that the one that answers has joined
	// Fingerprint is that of the certificate that the manager which answers and its nodes
	// show; absent where they speak plain HTTP.
	Fingerprint string    `json:"fingerprint,omitempty"`
	Machines    []Machine `json:"machines"` // in the order in which they came
}

// Machine is a manager that has joined the network of the one that answers.
type Machine struct {
	URL   string    `json:"url"`
	State string    `json:"state"`           // MachineJoining, MachineJoined, MachineSilent or MachineHasLeft
	Since time.Time `json:"since"`           // of the state
	Error string    `json:"error,omitempty"` // why it is silent
	Nodes []string  `json:"nodes"`           // names of those that it starts
	// Fingerprint is that of the certificate that it and its nodes show; absent where they
	// speak plain HTTP.
	Fingerprint string `json:"fingerprint,omitempty"`
}

// Joining is the body of POST /machines: a manager, and the nodes that it is to start.
type Joining struct {
	URL string `json:"url"` // where the first manager reaches it
	Lab string `json:"lab"` // that its nodes are of, which must be the network's
	// Fingerprint is that of the certificate that it and its nodes show; absent where they
	// speak plain HTTP.
	Fingerprint string      `json:"fingerprint,omitempty"`
	Nodes       []NamedPort `json:"nodes"`
}

// NamedPort is a node that a joining manager starts on a port of its own.
type NamedPort struct {
	Port int    `json:"port"`
	Name string `json:"name,omitempty"` // that it has; without one it gets the next
}

// Joined answers POST /machines.
type Joined struct {
	Message string           `json:"message"`
	Nodes   []NamedPort      `json:"nodes"`  // each with its name
	Others  []types.NodeInfo `json:"others"` // the network's nodes, for theirs to know
}

// RemovedMachine answers DELETE /machines/:machine.
type RemovedMachine struct {
	Message string   `json:"message"`
	URL     string   `json:"url"`
	Ended   bool     `json:"ended"` // its manager was told, and has ended its nodes and itself
	Nodes   []string `json:"nodes"` // names of those that it started
}
