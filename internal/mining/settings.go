package mining

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"

	"networkmngr/internal/mining/strategy"
)

// ErrSettings is wrapped by the errors of Settings.Validate.
var ErrSettings = errors.New("mining settings")

// ErrOff means that a node is set not to mine at all.
var ErrOff = errors.New("mining is off")

// ErrClockBehind means that the chain would take a block only once the node's wall clock has
// moved on by much.
var ErrClockBehind = errors.New("the clock is behind the chain")

// ErrWithholds means that a node mines by a strategy that decides on which branch, and by no
// order on another one.
var ErrWithholds = errors.New("the node withholds blocks, and mines on no other branch than its strategy does")

// Mode says when a node mines.
type Mode string

// The modes. In all but Off, a node also mines whenever it is asked for blocks.
const (
	Off        Mode = "off"        // never
	Demand     Mode = "demand"     // only when asked for blocks
	Interval   Mode = "interval"   // a block every so often
	Pending    Mode = "pending"    // while transfers wait in the mempool
	Continuous Mode = "continuous" // without pause
)

// ByItself reports whether a node in this mode mines without being asked.
func (m Mode) ByItself() bool { return m != Off && m != Demand }

// Modes lists every mode.
var Modes = []Mode{Off, Demand, Interval, Pending, Continuous}

// Bounds of Settings.
const (
	MinInterval = 0.1    // seconds
	MaxInterval = 86_400 // seconds
	MaxBlocks   = 1_000_000
	MaxThreads  = 1024
	MinHashrate = 1 // hashes a second
	MaxHashrate = 1e18
)

// Power is what a miner searches with.
type Power struct {
	Threads int // that hash
	// Hashrate is how many hashes a second to do at most; 0 for as many as Threads
	// can.
	Hashrate float64
	// Paced means that the time of Hashrate is waited for instead of hashed through.
	Paced bool
}

// Solver returns a solver of this power. What hashes without a pause does so in the background,
// where each thread is one of the system: more of them than cores win nothing, and a thousand
// would take their time from the search.
func (p Power) Solver(clock Clock, background Background) Solver {
	switch {
	case p.Paced:
		random := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
		return &Paced{Hashrate: p.Hashrate, Rand: random, Clock: clock, Solver: CPU{Threads: p.Threads}}
	case p.Hashrate > 0:
		return CPU{Threads: p.Threads, Limit: NewLimit(p.Hashrate, clock)}
	default:
		return CPU{Threads: min(p.Threads, runtime.NumCPU()), Background: background}
	}
}

// Name says what hashes: "cpu", or "paced" where nothing does.
func (p Power) Name() string {
	if p.Paced {
		return "paced"
	}
	return "cpu"
}

// Settings say when a node mines, and with what.
type Settings struct {
	Mode     Mode
	Interval float64 // seconds from one block to the next; for mode Interval, 0 for the others
	// Blocks is how many blocks to mine by Mode until the node rests; 0 for no end.
	Blocks int
	Power
	// Strategy says what peers are shown of what is mined, and what it may hold.
	Strategy strategy.Settings
}

// Default are the settings of a node that was started with so many threads: it
// mines on demand, as fast as it can.
func Default(threads int) Settings {
	return Settings{Mode: Demand, Power: Power{Threads: threads}}
}

// Validate returns an error that wraps ErrSettings and names field, value and
// bounds, if there is something that does not go.
func (s Settings) Validate() error {
	if !slices.Contains(Modes, s.Mode) {
		return fmt.Errorf("%w: mode is %q, want one of %s", ErrSettings, s.Mode, ModeNames())
	}
	switch {
	case s.Mode == Interval && !(s.Interval >= MinInterval && s.Interval <= MaxInterval):
		return fmt.Errorf("%w: interval is %v, want %v to %v seconds", ErrSettings, s.Interval, MinInterval, MaxInterval)
	case s.Mode != Interval && s.Interval != 0:
		return fmt.Errorf("%w: interval is %v, want 0 unless mode is %s", ErrSettings, s.Interval, Interval)
	case s.Blocks < 0 || s.Blocks > MaxBlocks:
		return fmt.Errorf("%w: blocks is %d, want 0 (no end) to %d", ErrSettings, s.Blocks, MaxBlocks)
	case s.Blocks > 0 && !s.Mode.ByItself():
		return fmt.Errorf("%w: blocks is %d, want 0 if mode is %s", ErrSettings, s.Blocks, s.Mode)
	}
	if err := s.Strategy.Normal().Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return s.Power.validate()
}

func (p Power) validate() error {
	switch {
	case p.Threads < 1 || p.Threads > MaxThreads:
		return fmt.Errorf("%w: threads is %d, want 1 to %d", ErrSettings, p.Threads, MaxThreads)
	case p.Hashrate != 0 && !(p.Hashrate >= MinHashrate && p.Hashrate <= MaxHashrate):
		return fmt.Errorf("%w: hashrate is %v, want 0 (no limit), or %v to %v hashes a second", ErrSettings, p.Hashrate, MinHashrate, MaxHashrate)
	case p.Paced && p.Hashrate == 0:
		return fmt.Errorf("%w: hashrate is 0, want the hashes a second that paced mining stands for", ErrSettings)
	}
	return nil
}

// ModeNames lists every mode in words.
func ModeNames() string {
	names := make([]string, len(Modes))
	for i, mode := range Modes {
		names[i] = string(mode)
	}
	return strings.Join(names, ", ")
}
