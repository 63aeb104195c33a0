package api

import "time"

// The powers of a MiningPlan.
const (
	Paced = "paced" // times of searches are waited for instead of hashed through
	Real  = "real"  // threads hash
)

// MiningPlan is how the whole network is to mine, and the body of PUT /network/mining.
// Nodes go by name or by port.
type MiningPlan struct {
	Mode     string  `json:"mode"`               // of each node that has a share: see MiningSettings
	Interval float64 `json:"interval,omitempty"` // seconds, of mode interval
	Power    string  `json:"power,omitempty"`    // Paced or Real, which is the default
	// Hashrate is hashes a second of all nodes together; 0, with real power and no shares,
	// for as many as they can.
	Hashrate float64 `json:"hashrate,omitempty"`
	// Shares are the parts of Hashrate that nodes have, in any unit. A node that is not
	// named does not mine. Without any, all have the same.
	Shares     map[string]float64  `json:"shares,omitempty"`
	Strategies map[string]Strategy `json:"strategies,omitempty"` // of those that are not honest
}

// NetworkMining answers GET and PUT /network/mining.
type NetworkMining struct {
	Message string        `json:"message,omitempty"` // of PUT
	Plan    *MiningPlan   `json:"plan"`              // null while nobody has asked for one
	Nodes   []PlannedNode `json:"nodes"`             // by name
	// Since is when a node was told last to mine another way than before, by a plan or by
	// itself; null if none ever was. From then on, blocks are counted as won.
	Since *time.Time `json:"since"`
	// Hashrate is what all achieve together: see Mining.Hashrate.
	Hashrate float64 `json:"hashrate"`
}

// PlannedNode is what is asked of a node, and what it does.
type PlannedNode struct {
	Node     string   `json:"node"`
	Share    *float64 `json:"share"`    // of all that is asked for, 0 to 1; null without a plan or a hash rate
	Achieved *float64 `json:"achieved"` // of all that is achieved; null while nothing is
	Won      int      `json:"won"`      // blocks of the best chain that it has mined since Since
	Mining   *Mining  `json:"mining"`   // null if it does not answer
	Error    *string  `json:"error"`    // why it does not
	// Pending says that the node does not run, or stands still: it is told when it goes on.
	Pending bool `json:"pending"`
}
