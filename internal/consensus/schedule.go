package consensus

// Schedule is where the ideal times of blocks stand: a block time apart, from an
// anchor on that slides. A block's target is ASERT's of how far it is ahead of
// the schedule. As no target is easier than the floor, no block may be behind
// it: the schedule slides on to whatever block comes later than it is due. So a
// rest is no debt that busy miners work off at the floor, and what one miner
// says of the time, in block 1 too, steers no other block for long.
//
// The schedule slides only onwards, so a lie about the time never makes blocks
// come quicker. Who again and again writes times as far ahead of the clock as
// Params.MaxFuture allows keeps a network near the floor up to a half-life ahead
// of schedule: its blocks take up to twice as long, at most. Well above the floor
// the pace is that of aserti3-2d, whoever lies. At the floor's
// own hash rate, where chance makes blocks late all the time, the slides make the
// interval some nine per cent longer with the dev network's settings, at twice
// that rate nothing.
//
// Of a chain whose blocks have been ahead of the schedule since some block, the
// targets are those of aserti3-2d with that block as its anchor.
type Schedule struct {
	slack  int64  // the greatest time less height times block time, seconds, of all blocks
	latest uint32 // of all times, Unix seconds
}

// firstSchedule starts at genesis. Block 1 of a network that starts long after
// its genesis was written slides it.
func (p *Params) firstSchedule() Schedule {
	return Schedule{slack: int64(p.Time), latest: p.Time}
}

// After is the schedule once a block has come.
func (s Schedule) After(p *Params, height uint64, time uint32) Schedule {
	s.latest = max(s.latest, time)
	s.slack = max(s.slack, s.slackOf(p, height, time))
	return s
}

// lag is how many seconds after it was due a block has come, at most 0. s is the
// schedule after the block.
func (s Schedule) lag(p *Params, height uint64, time uint32) int64 {
	return s.slackOf(p, height, time) - s.slack
}

// slackOf takes a block to have come no earlier than a half-life before the
// latest. Honest times are never that early, as none may be further ahead of
// the clock than that (see Params.MaxFuture). Without the bound, one block of
// the time before a rest would leave its child a target that nobody meets.
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
