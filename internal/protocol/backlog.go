package protocol

import (
	"errors"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Backlog is work that is under way in an engine, for whoever wants to watch
// how busy it is. All of it is bounded, whatever peers do.
type Backlog struct {
	Blocks         int // asked for
	Arrived        int // blocks that wait to be verified
	ArrivedBytes   int
	Verifying      int // blocks
	Filling        int // compact blocks whose transactions are asked for
	Offered        int // transactions that peers have, and that nobody was asked for yet
	Transactions   int // asked for
	Admitting      int // transactions that the mempool has not judged yet
	AdmittingBytes int // to reckon for them
	Waiting        int // transactions that may fit later
	WaitingBytes   int // to reckon for them
	Resolves       int
	Dialling       int
	Known          int // nodes
}

// Backlog counts what is under way.
func (e *Engine) Backlog() Backlog {
	b := Backlog{
		Blocks: len(e.downloads.inFlight), Arrived: len(e.downloads.received), ArrivedBytes: e.downloads.bytes,
		Verifying: len(e.downloads.verifying),
		Offered:   e.pending.offered, Transactions: len(e.pending.asked), Admitting: len(e.pending.admitted),
		Waiting: len(e.pending.orphans.byID), WaitingBytes: e.pending.orphans.cost,
		Resolves: len(e.resolves), Dialling: e.book.dials, Known: e.KnownCount(),
	}
	for _, p := range e.peers {
		b.AdmittingBytes += p.admitting
		if p.partial != nil {
			b.Filling++
		}
	}
	return b
}

// Work is what an engine has done that costs more than a small message does.
type Work struct {
	Headers int // given to the chain
	Scanned int // pending transfers that were gone through
}

// Work counts what the engine has done so far.
func (e *Engine) Work() Work { return e.work }

// addHeaders gives headers of a peer to the chain.
func (e *Engine) addHeaders(p *peer, headers ...types.Header) error {
	e.work.Headers += len(headers)
	err := e.chain.AddHeaders(headers)
	if errors.Is(err, consensus.ErrTimeTooNew) {
		e.noteTooNew(p, headers, err)
	}
	return err
}
