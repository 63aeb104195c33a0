package events

// The modes of a node's mining that events are read for. In all but MiningOff, it also
// mines whenever it is asked.
const (
	MiningOff      = "off"        // never
	MiningOnDemand = "demand"     // only when asked for blocks
	MiningOn       = "continuous" // without pause
)

// Honest is the name of the strategy that shows each block as it is found.
const Honest = "honest"

// MinesByItself reports whether a node in a mode mines without being asked.
func MinesByItself(mode string) bool { return mode != MiningOff && mode != MiningOnDemand }

// What is told of mining: by a node of its own, and by the manager of a session of
// its nodes.
type (
	// MiningStarted: a node begins to mine, or the manager has nodes begin.
	MiningStarted struct {
		Mode     string  `json:"mode"`               // a node's: "demand", "interval", "pending", "continuous"; a session's: "turns", "race"
		Strategy string  `json:"strategy,omitempty"` // of publishing; "honest" publishes at once
		Solver   string  `json:"solver,omitempty"`   // of a node: "cpu" or "paced"
		Hashrate float64 `json:"hashrate,omitempty"` // hashes a second that are wanted; 0 for all that there are
		Rounds   int     `json:"rounds,omitempty"`   // of a session; 0 for one without an end
	}
	// MiningStopped: it mines no more.
	MiningStopped struct {
		Why   string `json:"why,omitempty"`   // in words, if it was cut short
		Sent  int    `json:"sent,omitempty"`  // requests of a session
		Mined int    `json:"mined,omitempty"` // blocks
	}
	// MiningChanged: it mines in another way.
	MiningChanged struct {
		Mode     string  `json:"mode"`
		Strategy string  `json:"strategy,omitempty"`
		Solver   string  `json:"solver,omitempty"`
		Hashrate float64 `json:"hashrate,omitempty"` // hashes a second that are wanted; 0 for all that there are
	}
	// Stats: what a node's search for blocks has done since the last such event, or within a
	// second; verbose.
	Stats struct {
		Hashes   uint64  `json:"hashes"`
		Seconds  float64 `json:"seconds"`
		Hashrate float64 `json:"hashrate"` // achieved hashes a second, over the last 5 to 10 seconds of search
	}
	// MiningResult: what one request of a session came to, on the event's node: a
	// block, an error, or a block and what went wrong after it.
	MiningResult struct {
		Address string    `json:"address"` // of the node's HTTP server, host:port
		Block   *BlockRef `json:"block,omitempty"`
		Seconds float64   `json:"seconds"`
		Error   string    `json:"error,omitempty"`
	}
)

func (MiningStarted) Type() Type { return "mining-started" }
func (MiningStopped) Type() Type { return "mining-stopped" }
func (MiningChanged) Type() Type { return "mining-changed" }
func (Stats) Type() Type         { return "stats" }
func (MiningResult) Type() Type  { return "mining-result" }
