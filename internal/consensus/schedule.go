package consensus

// Schedule holds the ideal times of blocks: a block time apart, from an anchor on
// that slides. ASERT computes a block's target from how far the block is ahead of
// the schedule. As no target is easier than the floor, no block may be behind the
// schedule: it slides on to every block that comes later than due. So after a
// pause miners do not work off a backlog at the floor, and a false time, in block
// 1 too, steers no other block for long.
//
// The schedule only slides later, so a false time never makes blocks faster. A
// miner who always writes times as far ahead of the clock as Params.MaxFuture
// allows keeps a network near the floor up to a half-life ahead of schedule: its
// blocks take up to twice as long. Well above the floor the pace is that of
// aserti3-2d whatever times miners write. At the floor's own hash rate, where
// chance makes blocks late all the time, the slides make the interval some nine
// per cent longer with the dev network's settings, at twice that rate nothing.
//
// While the blocks of a chain are ahead of the schedule, the targets are those of
// aserti3-2d with the last block that was not as its anchor.
type Schedule struct {
	slack  int64  // the greatest time less height times block time, seconds, of all blocks
	latest uint32 // of all times, Unix seconds
}

// firstSchedule starts at genesis. If a network starts long after its genesis was
// written, block 1 slides the schedule.
func (p *Params) firstSchedule() Schedule {
	return Schedule{slack: int64(p.Time), latest: p.Time}
}

// After returns the schedule after a block.
func (s Schedule) After(p *Params, height uint64, time uint32) Schedule {
	s.latest = max(s.latest, time)
	s.slack = max(s.slack, s.slackOf(p, height, time))
	return s
}

// lag is how many seconds after it was due a block came, at most 0. s is the
// schedule after the block.
func (s Schedule) lag(p *Params, height uint64, time uint32) int64 {
	return s.slackOf(p, height, time) - s.slack
}

// slackOf treats a block as no earlier than a half-life before the latest one.
// Honest times are never that early, as none may be further ahead of the clock
// (see Params.MaxFuture). Without the bound, a block with a time from before a
// pause would leave its child a target that nobody meets.
func (s Schedule) slackOf(p *Params, height uint64, time uint32) int64 {
	seconds := max(int64(time), int64(s.latest)-int64(p.HalfLife))
	return seconds - int64(height)*int64(p.BlockTime)
}

// asert is the rule with the floor as the target of a block on schedule.
func (p *Params) asert() Asert {
	return Asert{
		AnchorBits: p.FloorBits, FloorBits: p.FloorBits,
		BlockTime: int64(p.BlockTime), HalfLife: int64(p.HalfLife),
	}
}
