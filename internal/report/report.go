package report

import (
	"time"

	"networkmngr/internal/events"
	"networkmngr/internal/theory"
	"networkmngr/internal/types"
)

// Report is what became of a run, in numbers. Times are of the nodes' machine, and
// durations are in seconds.
type Report struct {
	Made        time.Time   `json:"made"`
	Software    string      `json:"software"` // that made the report
	Network     Network     `json:"network"`
	Nodes       []Node      `json:"nodes"`
	Totals      Totals      `json:"totals"`
	Miners      []Miner     `json:"miners"` // who has won the most blocks first
	Fairness    Fairness    `json:"fairness"`
	Stale       Stale       `json:"stale"`
	Attacks     []Attack    `json:"attacks"` // of those who have withheld blocks, by name
	Times       Times       `json:"block_times"`
	Propagation Propagation `json:"propagation"`
	Reorgs      Reorgs      `json:"reorgs"`
	Faults      []Fault     `json:"faults"`  // what went wrong, by time
	Unknown     []string    `json:"unknown"` // what the report does not know, in words
	Blocks      []Block     `json:"-"`       // in the order in which they were found; see WriteCSV
}

// Network is what ran, and when.
type Network struct {
	Name     string     `json:"name"`
	Genesis  types.Hash `json:"genesis"`
	First    time.Time  `json:"first"`   // event
	Last     time.Time  `json:"last"`    // event
	Until    time.Time  `json:"until"`   // Last, or while the network runs when the report was made
	Seconds  float64    `json:"seconds"` // from First to Until
	Events   uint64     `json:"events"`  // of the stream, as far as its last one
	Runs     []Run      `json:"runs"`
	Running  bool       `json:"running"`   // still, when the report was made
	Tip      *Tip       `json:"tip"`       // of the best chain; null if there is no block
	OnTip    []string   `json:"on_tip"`    // nodes whose tip it was at last
	Transfer int        `json:"submitted"` // transfers that clients posted
}

// Tip is a block by height and hash.
type Tip = events.BlockRef

// Run is one start of the manager.
type Run struct {
	Began    time.Time  `json:"began"`
	Ended    *time.Time `json:"ended"` // null if no end was told
	Clean    bool       `json:"clean"` // every node ended as it should
	Software string     `json:"software"`
	Nodes    int        `json:"nodes"`
	Resumed  bool       `json:"resumed"`
}

// Node is a node with its lives.
type Node struct {
	Name    string        `json:"name"`
	Address string        `json:"address"`           // of its HTTP server, in its last life
	Machine string        `json:"machine,omitempty"` // URL of the manager that started it, if that had joined the network
	Miner   types.Address `json:"miner"`             // that it mines for
	Up      float64       `json:"up"`                // seconds that it was there and not paused
	Mining  float64       `json:"mining"`            // seconds that it mined without pause
	Lives   []Life        `json:"lives"`
}

// Life is from a start of a node to its end.
type Life struct {
	From   time.Time  `json:"from"`
	To     *time.Time `json:"to"`  // null if no end was told
	Why    string     `json:"why"` // of its end, as of events.NodeDown; empty if none was told
	End    string     `json:"end"` // in words
	Paused []Span     `json:"paused"`
}

// Span is a stretch of time.
type Span struct {
	From time.Time  `json:"from"`
	To   *time.Time `json:"to"` // null for one without an end
}

// Totals count blocks; genesis is none of them.
type Totals struct {
	Known     int    `json:"known"`     // that the report tells of
	Main      int    `json:"main"`      // on the best chain
	Stale     int    `json:"stale"`     // beside it, and outrun
	Open      int    `json:"open"`      // beside it, and as high as its tip
	Height    uint64 `json:"height"`    // of the best chain
	From      uint64 `json:"from"`      // height of the lowest block of the best chain that is known
	Forgotten int    `json:"forgotten"` // older blocks, of which nothing is told
}

// The fates of a block.
const (
	OnMain = "main"
	Lost   = "stale"
	Open   = "open"    // as high as the best tip, so that it may still win
	Beyond = "unknown" // below all that is known of the best chain
)

// Miner is what somebody has won.
type Miner struct {
	Name     string          `json:"name"` // a node's, or else the ends of the address
	Address  types.Address   `json:"address"`
	Node     bool            `json:"node"` // one of the network's
	Mined    int             `json:"mined"`
	Main     int             `json:"main"`
	Stale    int             `json:"stale"`
	Open     int             `json:"open"`
	Share    float64         `json:"share"`        // of the best chain's known blocks
	Within   theory.Interval `json:"share_within"` // 95 %, Wilson
	Expected *float64        `json:"expected"`     // share of what was won by chance; null where no chance was taken
	Chanced  int             `json:"chanced"`      // of Main, those that were won by mining without pause
	Hashes   uint64          `json:"hashes"`       // of the searches that found its blocks
	Seconds  float64         `json:"seconds"`      // that those took
}

// Fairness is how the blocks of the best chain that were won by chance go with the
// shares that the miners could expect.
type Fairness struct {
	theory.Fairness
	Basis   string `json:"basis"`    // ByTime or ByHashrate
	Miners  int    `json:"miners"`   // that took part
	LeftOut int    `json:"left_out"` // blocks of the best chain that were asked for, or of others' nodes
	Verdict string `json:"verdict"`  // in words
}

// What expected shares go by.
const (
	ByTime     = "time"     // mined without pause, as each has what hash rate it gets
	ByHashrate = "hashrate" // that was set, by time
)

// Stale is the stale rate, measured and in theory.
type Stale struct {
	Mined  int             `json:"mined"`  // by nodes of the network, without pause, and decided
	Stale  int             `json:"stale"`  // of them
	Rate   float64         `json:"rate"`   // Stale by Mined
	Within theory.Interval `json:"within"` // 95 %, Wilson
	Law    *Law            `json:"law"`    // null where Mined is too few
}

// Attack is how the branch of a node that has withheld blocks fared where it stood against
// one of others: its gamma, which follows from its links.
type Attack struct {
	Name   string          `json:"name"`
	Races  int             `json:"races"`        // blocks that others found in a race with the node; see theory.Races
	On     int             `json:"on"`           // of Races, those on the node's block
	Gamma  *float64        `json:"gamma"`        // On by Races; null without a race
	Within theory.Interval `json:"gamma_within"` // 95 %, Wilson
}

// Law is what theory says of a stale rate.
type Law struct {
	Delay         float64         `json:"delay"` // mean until another miner has a block
	DelayWithin   theory.Interval `json:"delay_within"`
	Interval      float64         `json:"interval"` // mean from a block mined to the next
	X             float64         `json:"x"`        // Delay by Interval
	Concentration float64         `json:"h2"`       // sum of the squared shares
	Simple        float64         `json:"simple"`   // (1-H2)·x/(1+x)
	Rate          float64         `json:"rate"`     // the same for each stretch of blocks by its own interval, and then the mean
	Range         theory.Interval `json:"range"`    // of Rate, as Delay and Interval are not known better
	Stretch       int             `json:"stretch"`  // blocks of a stretch
	Holds         bool            `json:"holds"`    // Rate lies within the interval of what was measured
	Verdict       string          `json:"verdict"`  // in words
}

// Times is how long blocks of the best chain took, without the time that nobody mined.
type Times struct {
	Intervals int               `json:"intervals"`
	Mean      float64           `json:"mean"`
	Within    theory.Interval   `json:"mean_within"`
	Median    float64           `json:"median"`
	Target    *float64          `json:"target"` // that the network aims at; null if it is not known
	Bins      []Bin             `json:"bins"`   // the last one has no upper end
	Law       theory.Memoryless `json:"law"`
	Scaled    bool              `json:"scaled"` // for Law, each interval was divided by its block's difficulty
	Verdict   string            `json:"verdict"`
	Steps     []Step            `json:"difficulty"` // of the best chain, lowest first; some are left out of a long one
}

// Bin is a bar of a histogram.
type Bin struct {
	From     float64 `json:"from"` // seconds
	Count    int     `json:"count"`
	Expected float64 `json:"expected"` // by the exponential law with the same mean
}

// Step is the difficulty of a block, in expected hashes.
type Step struct {
	Index      uint64  `json:"index"`
	Difficulty float64 `json:"difficulty"`
}

// Propagation is how blocks spread over the nodes that were up when they were found.
type Propagation struct {
	Blocks int      `json:"blocks"` // that came to half of them
	Half   Quantile `json:"half"`   // seconds until half of the nodes had a block
	Ninety Quantile `json:"ninety"` // until nine in ten had it
	Nodes  []Delay  `json:"nodes"`  // the slowest first
	Map    Map      `json:"map"`
}

// Quantile is the middle of some values, and what nine in ten of them do not exceed.
type Quantile struct {
	N   int     `json:"n"`
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
}

// Delay is how long a node waited for blocks of others.
type Delay struct {
	Name string `json:"name"`
	Quantile
	Mean float64 `json:"mean"`
}

// Map is when each of the last blocks came to each node.
type Map struct {
	Nodes  []string     `json:"nodes"`
	Blocks []MapBlock   `json:"blocks"`
	Cells  [][]*float64 `json:"cells"` // by node and block: seconds; null if it did not come, or the node was not up
}

// MapBlock is a column of a Map.
type MapBlock struct {
	Index uint64     `json:"index"`
	Hash  types.Hash `json:"hash"`
	Miner string     `json:"miner"`
	Fate  string     `json:"fate"`
}

// Reorgs are the branches that nodes have left.
type Reorgs struct {
	Events  int          `json:"events"` // reorgs of nodes
	Deepest int          `json:"deepest"`
	Depths  []DepthCount `json:"depths"` // of branches that were left
	Full    []Fork       `json:"full"`   // the deepest
	Rest    []Fork       `json:"rest"`   // of the others, the first
	More    int          `json:"more"`   // beyond Rest
}

// Count is the number of branches that nodes have left: a reorg of the network, however
// many of its nodes were on the branch.
func (r Reorgs) Count() int { return len(r.Full) + len(r.Rest) + r.More }

// DepthCount is how many branches of a depth were left.
type DepthCount struct {
	Depth int `json:"depth"`
	Forks int `json:"forks"`
}

// Fork is a branch that nodes have left for another, each by a reorg.
type Fork struct {
	At     Tip       `json:"fork"` // last block of both
	Time   time.Time `json:"time"` // of the first reorg
	Depth  int       `json:"depth"`
	Left   []Rung    `json:"left"` // blocks of the branch that was left, lowest first
	Won    []Rung    `json:"won"`  // of the one that nodes went to, as far as the first of them went
	Nodes  []Leaver  `json:"nodes"`
	Spared []string  `json:"spared"` // nodes that were up, and have left no branch that forks off there
}

// Rung is a block of a branch.
type Rung struct {
	Tip
	Miner        string     `json:"miner"` // empty if it is not known
	Time         *time.Time `json:"time"`  // when it was found, or first heard of; null if it is not known
	Transactions int        `json:"transactions"`
}

// Leaver is a node that a reorg took off a branch, and its transfers.
type Leaver struct {
	Name      string             `json:"name"`
	Saw       *time.Time         `json:"saw"`  // when it had the branch's last block
	Left      time.Time          `json:"left"` // the branch
	To        Tip                `json:"to"`
	Returned  int                `json:"returned"` // transfers that are pending again
	Held      int                `json:"held"`     // that the new branch holds too
	Gone      int                `json:"gone"`     // that are overtaken
	Overtaken []events.Overtaken `json:"overtaken"`
}

// Fault is something that went wrong, and how often.
type Fault struct {
	Time  time.Time `json:"time"` // the first time
	Node  string    `json:"node"`
	What  string    `json:"what"` // "ended", "killed", "links", "ban", "refused", "silent" or "notice"
	Text  string    `json:"text"`
	Count int       `json:"count"`
}

// Block is one line of the CSV.
type Block struct {
	Tip
	Previous     types.Hash
	Found        time.Time
	Miner        types.Address
	Name         string // of Miner
	Fate         string
	Chanced      bool // by mining without pause
	Seconds      float64
	Hashes       uint64
	Size         int
	Transactions int
	Difficulty   *float64
	Nodes, Of    int      // that it came to, of so many that were up
	Half, Ninety *float64 // seconds
}
