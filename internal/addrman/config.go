package addrman

import (
	"time"

	"networkmngr/internal/netgroup"
)

// Config are a manager's settings. Those that begin with No switch a defence off, for
// experiments on what each is worth.
type Config struct {
	Grouping netgroup.Grouping

	New           int // buckets of addresses that others have told of
	Tried         int // buckets of addresses that have answered
	Slots         int // of a bucket
	TriedPerGroup int // buckets that addresses of one group may be in
	NewPerSource  int // buckets that what one group tells may be in
	Places        int // of one address in new
	Share         int // one source may have told of one in so many places of new

	Waiting     int           // addresses that wait for the one in their place to be tested
	TestWindow  time.Duration // after which an address waits no longer
	Replaceable time.Duration // since its last answer, after which an address gives way if it fails

	Horizon     time.Duration // after which an address is forgotten of which nobody tells
	Tries       int           // in vain before an address is forgotten that never answered
	Failures    int           // in a row before an address is forgotten that did
	FailureTime time.Duration // that it has not answered for then
	JustTried   time.Duration // within which an address is hardly chosen again

	NoBuckets bool // any address may be in any bucket, whatever its group and source
	NoTest    bool // who answers takes the place of who is there
	NoShare   bool // one source may have told of any number
}

// DefaultConfig has the numbers of Bitcoin Core.
func DefaultConfig() Config {
	return Config{
		Grouping: netgroup.Default(),
		New:      1024, Tried: 256, Slots: 64, TriedPerGroup: 8, NewPerSource: 64, Places: 8, Share: 100,
		Waiting: 10, TestWindow: 40 * time.Minute, Replaceable: 4 * time.Hour,
		Horizon: 30 * 24 * time.Hour, Tries: 3, Failures: 10, FailureTime: 7 * 24 * time.Hour, JustTried: 10 * time.Minute,
	}
}

// perSource is how many entries of new one source may have told of.
func (c *Config) perSource() int {
	if c.NoShare || c.Share == 0 {
		return c.New * c.Slots
	}
	return max(1, c.New*c.Slots/c.Share)
}
