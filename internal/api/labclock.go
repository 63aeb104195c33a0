package api

import "time"

// LabClock answers GET and PUT /network/clock, and what pauses or resumes a network: the
// wall clocks of a network's nodes.
type LabClock struct {
	Message string       `json:"message,omitempty"` // of what changed something
	Behind  string       `json:"behind"`            // the machine's time: how long the network has rested
	Time    time.Time    `json:"time"`              // of the lab: the machine's but for Behind
	Stands  bool         `json:"stands"`            // the network is paused, and its time stands still
	All     ClockSetting `json:"all"`               // wanted of each node
	Nodes   []NodeClock  `json:"nodes"`
}

// ClockSetting is what is wanted of a clock.
type ClockSetting struct {
	Offset string `json:"offset"` // ahead of the lab's time, such as "1m30s"
	Drift  string `json:"drift"`  // by which it runs fast, such as "0.01%"
}

// NodeClock is what is wanted of one node's clock, and how it goes.
type NodeClock struct {
	Node   string       `json:"node"` // name
	Own    bool         `json:"own"`  // another one than that of all
	Wanted ClockSetting `json:"wanted"`
	Clock  *Clock       `json:"clock"` // as the node says; null where it does not answer
	Error  *string      `json:"error"` // why it does not, or does not take what is wanted
}

// LabClockChange is the body of PUT /network/clock. What is nil stays as it is.
type LabClockChange struct {
	Behind *string                    `json:"behind,omitempty"` // "0s" for the machine's time
	All    *ClockSettingChange        `json:"all,omitempty"`    // of each node, those with a clock of their own too
	Nodes  map[string]NodeClockChange `json:"nodes,omitempty"`  // by name or port
}

// ClockSettingChange says what is to become of a clock. What is nil stays as it is.
type ClockSettingChange struct {
	Offset *string `json:"offset,omitempty"`
	Drift  *string `json:"drift,omitempty"`
}

// NodeClockChange is a ClockSettingChange for one node.
type NodeClockChange struct {
	ClockSettingChange
	Own *bool `json:"own,omitempty"` // false: the clock of all again, and nothing else beside it
}
