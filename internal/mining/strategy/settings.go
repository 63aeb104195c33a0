package strategy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"networkmngr/internal/types"
)

// ErrSettings is wrapped by the errors of Settings.Validate.
var ErrSettings = errors.New("strategy")

// Name names a strategy.
type Name string

// The strategies.
const (
	Honest        Name = "honest"         // shows each block as it is found
	Selfish       Name = "selfish"        // SM1 of Eyal and Sirer
	LeadStubborn  Name = "lead-stubborn"  // selfish, and keeps a lead of one block
	ForkStubborn  Name = "fork-stubborn"  // selfish, and keeps what decides a race
	TrailStubborn Name = "trail-stubborn" // selfish, and mines on when behind
	Stubborn      Name = "stubborn"       // selfish, with any of the three
	Withhold      Name = "withhold"       // shows blocks so many at a time
	Empty         Name = "empty"          // takes no transfer into its blocks
	Censor        Name = "censor"         // takes no transfer from or to an address
	DoubleSpend   Name = "double-spend"   // pays, and mines a branch in which it has not
)

// Names lists every strategy.
var Names = []Name{Honest, Selfish, LeadStubborn, ForkStubborn, TrailStubborn, Stubborn, Withhold, Empty, Censor, DoubleSpend}

// Bounds of Settings.
const (
	MaxTrail         = 100
	MaxBlocks        = 1000
	MaxConfirmations = 100
	MaxGiveUp        = 1000
)

// Settings choose a strategy. What its name has no use for is zero.
type Settings struct {
	Name   Name
	Lead   bool          // of the stubborn: keeps a lead of one block
	Fork   bool          // of the stubborn: keeps what decides a race
	Trail  int           // of the stubborn: how many blocks behind it mines on
	Blocks int           // of withhold: how many are shown at a time
	Avoid  types.Address // of censor
	Attack               // of double-spend
}

// Attack is a double spend.
type Attack struct {
	Payment       types.Transaction // that is to be undone
	Conflict      types.Transaction // another one of its sender and sequence
	Confirmations int               // of Payment that are waited for
	GiveUp        int               // blocks behind at which it is given up
}

// Default shows each block as it is found.
func Default() Settings { return Settings{Name: Honest} }

// Normal has what the name implies: a stubborn one's own trait, and no name for none.
func (s Settings) Normal() Settings {
	switch s.Name {
	case "":
		s.Name = Honest
	case LeadStubborn:
		s.Lead = true
	case ForkStubborn:
		s.Fork = true
	case TrailStubborn:
		s.Trail = max(s.Trail, 1)
	}
	return s
}

// Validate returns an error that wraps ErrSettings and names field, value and bounds, if
// there is something that does not go. It is for what Normal returns.
func (s Settings) Validate() error {
	stubborn := slices.Contains([]Name{LeadStubborn, ForkStubborn, TrailStubborn, Stubborn}, s.Name)
	if err := s.Name.Validate(); err != nil {
		return err
	}
	switch {
	case !stubborn && (s.Lead || s.Fork || s.Trail != 0):
		return fmt.Errorf("%w: lead, fork and trail are for stubborn mining, and the name is %s", ErrSettings, s.Name)
	case s.Name == Stubborn && !s.Lead && !s.Fork && s.Trail == 0:
		return fmt.Errorf("%w: %s wants lead, fork or trail, or is %s", ErrSettings, Stubborn, Selfish)
	case s.Trail < 0 || s.Trail > MaxTrail:
		return fmt.Errorf("%w: trail is %d, want 0 to %d blocks", ErrSettings, s.Trail, MaxTrail)
	case s.Name == Withhold && (s.Blocks < 1 || s.Blocks > MaxBlocks):
		return fmt.Errorf("%w: blocks is %d, want 1 to %d", ErrSettings, s.Blocks, MaxBlocks)
	case s.Name != Withhold && s.Blocks != 0:
		return fmt.Errorf("%w: blocks is for %s, and the name is %s", ErrSettings, Withhold, s.Name)
	case (s.Name == Censor) == (s.Avoid == types.Address{}):
		return fmt.Errorf("%w: %s wants an address, and no other does; the name is %s", ErrSettings, Censor, s.Name)
	}
	return s.validate(s.Name == DoubleSpend)
}

// Validate returns an error that wraps ErrSettings of what is no strategy's name.
func (n Name) Validate() error {
	if !slices.Contains(Names, n) {
		return fmt.Errorf("%w: name is %q, want one of %s", ErrSettings, n, names())
	}
	return nil
}

// validate checks the attack of a double spend, or that there is none.
func (a Attack) validate(wanted bool) error {
	given := a.Confirmations != 0 || a.GiveUp != 0 || !a.IsZero()
	switch {
	case !wanted && given:
		return fmt.Errorf("%w: confirmations and give_up are for %s", ErrSettings, DoubleSpend)
	case !wanted:
		return nil
	case a.Confirmations < 1 || a.Confirmations > MaxConfirmations:
		return fmt.Errorf("%w: confirmations is %d, want 1 to %d", ErrSettings, a.Confirmations, MaxConfirmations)
	case a.GiveUp < a.Confirmations || a.GiveUp > MaxGiveUp:
		return fmt.Errorf("%w: give_up is %d blocks behind, want at least the %d confirmations, at most %d",
			ErrSettings, a.GiveUp, a.Confirmations, MaxGiveUp)
	}
	return nil
}

// Same reports whether two settings ask for the same, so that a change of something
// else does not begin anew.
func (s Settings) Same(other Settings) bool {
	return s.Attack.Same(&other.Attack) && s.Name == other.Name && s.Lead == other.Lead && s.Fork == other.Fork && s.Trail == other.Trail &&
		s.Blocks == other.Blocks && s.Avoid == other.Avoid
}

// Same is Settings.Same for attacks.
func (a *Attack) Same(other *Attack) bool {
	return a.Payment.Equal(&other.Payment) && a.Conflict.Equal(&other.Conflict) &&
		a.Confirmations == other.Confirmations && a.GiveUp == other.GiveUp
}

// IsZero reports whether there is no attack.
func (a *Attack) IsZero() bool { return a.Payment.Equal(&types.Transaction{}) }

// Filter leaves out of a template's transfers what the strategy takes into no block, and
// what its senders have sent after that.
func (s Settings) Filter(transfers []types.Transaction) []types.Transaction {
	switch s.Name {
	case Empty:
		return nil
	case Censor:
		return s.without(transfers)
	default:
		return transfers
	}
}

func (s Settings) without(transfers []types.Transaction) (kept []types.Transaction) {
	left := make(map[types.Address]bool) // whose transfers wait for one that was left out
	for i := range transfers {
		sender := transfers[i].Sender()
		if left[sender] || sender == s.Avoid || transfers[i].Recipient == s.Avoid {
			left[sender] = true
			continue
		}
		kept = append(kept, transfers[i])
	}
	return kept
}

func names() string {
	list := make([]string, len(Names))
	for i, name := range Names {
		list[i] = string(name)
	}
	return strings.Join(list, ", ")
}
