package chain

import (
	"errors"
	"fmt"

	"networkmngr/internal/consensus"
)

var (
	// ErrNotFound means that a block is not known here.
	ErrNotFound = errors.New("not found")
	// ErrUnknownParent means that a block or header follows one that is not
	// known here; its sender may know more.
	ErrUnknownParent = errors.New("parent is not known")
	// ErrInvalidAncestor means that a block follows one that broke a rule.
	ErrInvalidAncestor = errors.New("follows an invalid block")
	// ErrInvalidated means that a block was invalidated by hand here, or follows one that
	// was (see Chain.Invalidate): it breaks no rule, and nobody is to blame.
	ErrInvalidated = errors.New("was invalidated by hand on this node, or follows a block that was, and is not taken until that is reconsidered")
	// ErrGenesisStays means that somebody wants the genesis block invalidated.
	ErrGenesisStays = errors.New("the genesis block cannot be invalidated: every chain of the network begins with it")
	// ErrManyInvalidated means that too many blocks are invalidated by hand.
	ErrManyInvalidated = errors.New("too many blocks are invalidated by hand")
	// ErrNotBetter means that a chain is valid but has no more work than ours.
	ErrNotBetter = errors.New("does not have more work")
	// ErrWrongNetwork means that a store holds another genesis block.
	ErrWrongNetwork = errors.New("belongs to another network")
	// ErrStore means that our own store failed; nobody else is to blame.
	ErrStore = errors.New("store failed")
)

// BlockError says which block an error is about.
type BlockError struct {
	Ref
	Err error
}

func (e *BlockError) Error() string {
	return fmt.Sprintf("block %d (%s): %v", e.Height, e.ID, e.Err)
}

func (e *BlockError) Unwrap() error { return e.Err }

// Invalid reports whether err means that whoever made the block broke a rule.
// A block from the future did not, yet.
func Invalid(err error) bool {
	if rule, ok := consensus.Broken(err); ok {
		return rule != consensus.ErrTimeTooNew
	}
	return errors.Is(err, ErrInvalidAncestor)
}
