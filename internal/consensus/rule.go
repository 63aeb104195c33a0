package consensus

import (
	"errors"
	"fmt"
)

// Rule names one rule of consensus. As an error it means that the rule was
// broken; its text is also the code that the API answers with.
type Rule string

// The rules, roughly in the order in which they are checked.
const (
	ErrProofOfWork    Rule = "bad-proof-of-work"
	ErrBits           Rule = "bad-bits"
	ErrParent         Rule = "bad-parent"
	ErrTimeTooOld     Rule = "time-too-old"
	ErrTimeTooNew     Rule = "time-too-new"
	ErrDuplicateLeaf  Rule = "duplicate-transaction"
	ErrMerkleRoot     Rule = "bad-merkle-root"
	ErrBlockSize      Rule = "block-too-large"
	ErrNoCoinbase     Rule = "no-coinbase"
	ErrExtraCoinbase  Rule = "extra-coinbase"
	ErrTransactionLen Rule = "transaction-too-large"
	ErrZeroAmount     Rule = "zero-amount"
	ErrAmountRange    Rule = "amount-out-of-range"
	ErrData           Rule = "bad-data"
	ErrHeight         Rule = "bad-height"
	ErrReward         Rule = "bad-reward"
	ErrSequenceUsed   Rule = "sequence-used"
	ErrSequenceGap    Rule = "sequence-gap"
	ErrOverspend      Rule = "overspend"
	ErrSignature      Rule = "bad-signature"
	ErrGenesis        Rule = "wrong-genesis"
)

// Rules lists all rules.
func Rules() []Rule {
	return []Rule{
		ErrProofOfWork, ErrBits, ErrParent, ErrTimeTooOld, ErrTimeTooNew, ErrDuplicateLeaf, ErrMerkleRoot,
		ErrBlockSize, ErrNoCoinbase, ErrExtraCoinbase, ErrTransactionLen, ErrZeroAmount, ErrAmountRange,
		ErrData, ErrHeight, ErrReward, ErrSequenceUsed, ErrSequenceGap, ErrOverspend, ErrSignature, ErrGenesis,
	}
}

func (r Rule) Error() string { return string(r) }

// broken is r with the value that broke it and what would be right.
func (r Rule) broken(format string, args ...any) error { return &violation{r, format, args} }

// violation makes its text when somebody reads that: with each block, a mempool refuses
// thousands of transfers that the block has used, and nobody asks why.
type violation struct {
	rule   Rule
	format string
	args   []any // are not changed later
}

func (v *violation) Error() string {
	return string(v.rule) + ": " + fmt.Sprintf(v.format, v.args...)
}

func (v *violation) Unwrap() error { return v.rule }

// Broken returns the rule that err wraps, if any.
func Broken(err error) (Rule, bool) {
	return errors.AsType[Rule](err)
}

// Mutated reports whether err means that a block's transactions are not those
// that its header commits to. Anybody can make such a block of a good one, so
// the header may still be valid.
func Mutated(err error) bool {
	rule, _ := Broken(err)
	return rule == ErrMerkleRoot || rule == ErrDuplicateLeaf
}
