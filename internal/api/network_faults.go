package api

import (
	"time"

	"networkmngr/internal/faults"
	"networkmngr/internal/links"
)

// NetworkFaults answers GET and PUT /network/faults, and what edits them.
type NetworkFaults struct {
	Message    string       `json:"message"`    // what they come to now or, of a change, what was done
	Generation uint64       `json:"generation"` // one more with each change; 0 while nobody has asked for any
	Desired    faults.State `json:"desired"`
	// Applied says what each node has, as it says itself, and Pending names those that do
	// not have this generation: they are down, paused or silent, and get it before they
	// go on.
	Applied []AppliedFaults `json:"applied"`
	Pending []string        `json:"pending"`
}

// AppliedFaults are those that a node has.
type AppliedFaults struct {
	Node       string `json:"node"` // name
	Generation uint64 `json:"generation"`
	Links      int    `json:"links"` // to others of the network, that have a fault
}

// Heal is the body of POST /network/heal.
type Heal struct {
	Name      string `json:"name,omitempty"`      // of the one partition that is to end; empty for all that cuts
	Reconnect *bool  `json:"reconnect,omitempty"` // nodes dial each other at once; so they do if it is nil
}

// NetworkLinks answers GET /network/links.
type NetworkLinks struct {
	Generation uint64        `json:"generation"` // of the faults
	Links      []NetworkLink `json:"links"`      // that have a fault or are there, by the names of From and To
	More       int           `json:"more"`       // that are left out, beyond MaxNetworkLinks
	Unknown    []string      `json:"unknown"`    // nodes that have not said what their links achieve
}

// MaxNetworkLinks is how many links one answer has at most.
const MaxNetworkLinks = 10_000

// NetworkLink is one direction between two nodes.
type NetworkLink struct {
	From     string     `json:"from"` // name
	To       string     `json:"to"`
	Asked    links.Link `json:"asked"`
	Achieved *Achieved  `json:"achieved"` // as the sender measures; null where there is no link now
}

// Presets answers GET /network/presets: the names that the faults of links may have, and
// what they stand for.
type Presets struct {
	Presets []Preset      `json:"presets"`
	Tables  []links.Table `json:"tables"` // of regions
}

// Preset is a link with a name.
type Preset struct {
	Name string `json:"name"`
	links.Link
}

// Achieved is what one direction of a link comes to, as its sender measures it.
type Achieved struct {
	Outbound  bool           `json:"outbound"`  // the sender dialled
	Since     *time.Time     `json:"since"`     // when it was asked; null where nothing is
	Queued    int            `json:"queued"`    // bytes that wait to be sent
	InFlight  int            `json:"in_flight"` // bytes that have left, and not arrived
	Frames    uint64         `json:"frames"`    // that have arrived since then
	Dropped   uint64         `json:"dropped"`   // frames
	Delay     *AchievedDelay `json:"delay"`     // null if no frame has arrived since then
	Bandwidth *links.Rate    `json:"bandwidth"` // of the last frames that had to wait for the line; null if none had
}
