package mempool

import "errors"

// Refusals that are the pool's own. A transfer that no block could take now is
// refused with the consensus.Rule that it breaks.
var (
	// ErrKnown means that the transfer is pending already.
	ErrKnown = errors.New("transfer is pending already")
	// ErrFull means that the pool is full of transfers that are local or pay no
	// less a byte, or that there is no room for one more that is local.
	ErrFull = errors.New("mempool is full")
	// ErrFeeTooLow means that a transfer would replace the pending one with its
	// sender and sequence number, but does not pay enough more.
	ErrFeeTooLow = errors.New("fee is too low to replace a pending transfer")
	// ErrTooMany means that the sender has as many pending transfers as one may.
	ErrTooMany = errors.New("too many pending transfers of one sender")
	// ErrMoved means that an account is not of the pool's tip, or that the pool is on
	// its way to another. Who reads the account anew at the next tip may offer again.
	ErrMoved = errors.New("tip moved")
)
