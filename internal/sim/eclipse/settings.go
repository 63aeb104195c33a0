package eclipse

import (
	"time"

	"networkmngr/internal/addrman"
)

// Attack is what the attacker has.
type Attack struct {
	Name     string
	Groups   int
	PerGroup int // addresses of each
	Invented int // addresses besides, of any groups, that it tells of though nobody is there
}

// Botnet, Networks and FewNetworks are attacks of the same kind as those that were tried on
// Bitcoin in 2015.
var (
	Botnet      = Attack{"4,600 in 2,300 groups", 2300, 2, 0}
	Networks    = Attack{"8,192 in 32 groups", 32, 256, 0}
	FewNetworks = Attack{"8,192 in 4 groups", 4, 2048, 0}
	Inventor    = Attack{"1 that invents 60,000", 1, 1, 60_000}
)

// Defence is a set of defences, by what is not as it is by default.
type Defence struct {
	Name      string
	NoAnchors bool // a restart begins with none of the links there were
	NoFeelers bool // nobody is dialled to see whether he is there
	NoGroups  bool // links of its own may be to one group
	// InboundTried has who comes in count as one that has answered, as in 2015.
	InboundTried bool
	Tables       func(*addrman.Config) // changes of the tables; nil for none
}

// All are the defences, and each of them off in turn.
var All = []Defence{
	{Name: "all defences"},
	{Name: "no buckets by group", Tables: func(c *addrman.Config) { c.NoBuckets = true }},
	{Name: "no test before evict", Tables: func(c *addrman.Config) { c.NoTest = true }},
	{Name: "no feelers", NoFeelers: true},
	{Name: "no anchors", NoAnchors: true},
	{Name: "no share of a source", Tables: func(c *addrman.Config) { c.NoShare = true }},
	{Name: "links to one group", NoGroups: true},
	{Name: "inbound counts as tried", InboundTried: true},
	{Name: "inbound counts, no test", InboundTried: true, Tables: func(c *addrman.Config) { c.NoTest = true }},
	{Name: "as in 2015", NoAnchors: true, NoFeelers: true, InboundTried: true, Tables: func(c *addrman.Config) {
		c.New, c.Tried, c.TriedPerGroup, c.NewPerSource, c.NoTest, c.NoShare = 256, 64, 4, 32, true, true
	}},
}

// Settings are those of a run.
type Settings struct {
	Seed     uint64
	Attack   Attack
	Defence  Defence
	Honest   int           // nodes that the victim knows
	Live     float64       // share of these that answer
	Duration time.Duration // of the attack
	Restarts int           // of the victim meanwhile, at equal distances, the last at the end
}

// Default is an attack of two days, with a restart every twelve hours, on a victim whose
// honest addresses are all fresh.
func Default(attack Attack, defence Defence) Settings {
	return Settings{Attack: attack, Defence: defence, Honest: 30_000, Live: 1, Duration: 48 * time.Hour, Restarts: 4}
}

// What the victim does, as internal/protocol has it.
const (
	outbound    = 8
	anchors     = 2
	feelerEvery = 2 * time.Minute
	tellEvery   = 12 * time.Hour
	dialTakes   = time.Second
	honestLinks = 12 * time.Hour // last on average
	maxDials    = 2000           // in a row, before who wants links rests until the next minute
)
