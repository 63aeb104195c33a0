package sim

import (
	"time"

	"networkmngr/internal/links"
	"networkmngr/internal/mining/strategy"
)

// Miner is how one node mines.
type Miner struct {
	Share    float64 // of the hash power of all
	Strategy strategy.Settings
}

// Settings are the settings of a run. Times are virtual; a mean of 0 means
// never.
type Settings struct {
	Seed        uint64
	Nodes       int           // honest ones
	Adversaries int           // nodes besides that keep to no rule
	Outbound    int           // see protocol.Config
	Fast        int           // see protocol.Config; 0 means its default
	PingIn      time.Duration // between pings, which repair what an announcement has missed; 0 means its default
	Active      time.Duration // how long blocks are mined and faults happen

	History      int  // blocks that node 0 has when the others start empty
	Pending      int  // transfers that wait at node 0 when the others start
	Data         int  // bytes of data in each of those, and in each side block of an adversary
	Late         int  // nodes that start only during Active
	FullRegistry bool // a node that starts is told of all others, not only of one

	BlockTime  time.Duration // that the difficulty aims at; whole seconds
	MineIn     time.Duration // mean time between blocks of the whole network
	Miners     []Miner       // by node; none: all have the same share, and are honest
	Quiet      time.Duration // how long before Active ends the last block is mined
	TransferIn time.Duration // mean time between bursts of transfers
	Burst      int           // transfers in a burst, at most
	ResolveIn  time.Duration // mean time between resolves

	Latency   time.Duration // of a message, at least; at most four times that
	Bandwidth int           // bytes a second of a link, each way; 0 means no bound
	Slow      int           // nodes whose messages take up to two seconds more
	Skew      time.Duration // how wrong a clock may be
	Loss      float64       // share of messages that never arrive
	// Link is what each way between two honest nodes is asked, in the place of Latency,
	// Bandwidth, Slow and Loss, by which dials go all the same. It cuts nothing. The zero
	// Link takes these.
	Link links.Link

	ResetIn time.Duration // mean time between links that break
	CrashIn time.Duration // mean time between crashes
	DownFor time.Duration // mean
	// CrashAtWork is how likely a node crashes when it asks for blocks or
	// verifies some.
	CrashAtWork float64

	Tight      bool          // peers may cost a node less than in earnest; see tightLimits
	behaviours []behaviour   // that adversaries play on the last honest node; none: any, on anybody
	Flood      int           // messages, or what they hold, of a flood; 0 means 40
	AttackIn   time.Duration // mean time between offences on a link; 0 means 4 s

	CutIn  time.Duration // mean time between partitions
	CutFor time.Duration // mean
}
