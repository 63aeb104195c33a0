package consensus

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"networkmngr/internal/types"
)

// Params are the settings of a network that its genesis block commits to.
type Params struct {
	Name      string       // of the network, 1 to 64 bytes, printable
	Time      uint32       // of the genesis block, Unix seconds
	Nonce     uint32       // of the genesis block
	BlockTime uint32       // ideal seconds between blocks
	HalfLife  uint32       // see Asert
	Reward    types.Amount // that a block pays its miner, without fees
	FloorBits uint32       // the easiest target, compact

	// GenesisID and GenesisCoins come from the genesis block: its hash, and the
	// sum of the starting balances.
	GenesisID    types.Hash
	GenesisCoins types.Amount
}

// ErrParams means that a network's description is not valid.
var ErrParams = errors.New("bad genesis description")

const (
	maxNameLen = 64
	// MaxSeconds bounds block time and half-life, about a year, so that heights
	// times seconds stay far inside an int64.
	MaxSeconds = 1 << 25
)

// Validate checks that the settings are ones that a network can have. The error
// wraps ErrParams.
func (p *Params) Validate() error {
	if len(p.Name) == 0 || len(p.Name) > maxNameLen {
		return fmt.Errorf("%w: name has %d bytes, want 1 to %d", ErrParams, len(p.Name), maxNameLen)
	}
	if i := strings.IndexFunc(p.Name, unshown); i >= 0 {
		return fmt.Errorf("%w: name %q: the character at byte %d is not printable", ErrParams, p.Name, i)
	}
	if p.BlockTime == 0 || p.BlockTime > MaxSeconds {
		return fmt.Errorf("%w: block_time is %d, want 1 to %d seconds", ErrParams, p.BlockTime, MaxSeconds)
	}
	if p.HalfLife == 0 || p.HalfLife > MaxSeconds {
		return fmt.Errorf("%w: half_life is %d, want 1 to %d seconds", ErrParams, p.HalfLife, MaxSeconds)
	}
	if p.Reward > types.MaxAmount {
		return fmt.Errorf("%w: reward is above %s", ErrParams, types.MaxAmount)
	}
	if target, ok := TargetFromBits(p.FloorBits); !ok || BitsFromTarget(target) != p.FloorBits {
		return fmt.Errorf("%w: floor_bits %08x is not a canonical compact target", ErrParams, p.FloorBits)
	}
	return nil
}

// unshown reports whether a name may not have a character: a control or format
// character, a line break, a space other than U+0020, or the replacement
// character, which JSON readers put for what they cannot read. Letters of every
// script may be in a name.
func unshown(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }

// MaxFuture is how far ahead of a node's clock a header's time may be: two
// hours as in Bitcoin, but at most a half-life, so that a false time moves the
// difficulty by at most a factor of two.
func (p *Params) MaxFuture() time.Duration {
	return min(2*time.Hour, time.Duration(p.HalfLife)*time.Second)
}

// ValidFrom is when h begins to pass CheckFuture.
func (p *Params) ValidFrom(h types.Header) time.Time {
	return time.Unix(int64(h.Time), 0).Add(-p.MaxFuture())
}

// CheckFuture checks that h is not too far ahead of the caller's clock. The error
// wraps ErrTimeTooNew, which is nobody's fault: the header may pass later.
func (p *Params) CheckFuture(h types.Header, now time.Time) error {
	if limit := now.Add(p.MaxFuture()).Unix(); int64(h.Time) > limit {
		return ErrTimeTooNew.broken("timestamp %d, at most %d now", h.Time, limit)
	}
	return nil
}

// CheckBegun checks that blocks can follow the genesis block by the caller's
// clock, which is no earlier than its time, give or take MaxFuture. The error
// wraps ErrParams.
func (p *Params) CheckBegun(now time.Time) error {
	genesis := time.Unix(int64(p.Time), 0).UTC()
	if genesis.After(now.Add(p.MaxFuture())) {
		return fmt.Errorf("%w: time %d is %s, and the clock says %s: no block can follow before that, give or take %s", ErrParams,
			p.Time, genesis.Format(time.RFC3339), now.UTC().Format(time.RFC3339), p.MaxFuture())
	}
	return nil
}

// RewardAt is what the block at height pays its miner besides fees: zero where
// all coins together would exceed MaxAmount.
func (p *Params) RewardAt(height uint64) types.Amount {
	if p.Reward == 0 || height > uint64((types.MaxAmount-p.GenesisCoins)/p.Reward) {
		return 0
	}
	return p.Reward
}

// CoinsAt is the sum of all coins after the block at height.
func (p *Params) CoinsAt(height uint64) types.Amount {
	if p.Reward == 0 {
		return p.GenesisCoins
	}
	paying := min(height, uint64((types.MaxAmount-p.GenesisCoins)/p.Reward))
	return p.GenesisCoins + types.Amount(paying)*p.Reward
}
