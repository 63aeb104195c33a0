package core

import (
	"errors"
	"fmt"

	"networkmngr/internal/mempool"
	"networkmngr/internal/protocol"
	"networkmngr/internal/types"
)

// admitted hands a transfer that was checked to the mempool. One whose account is of
// another tip waits for the mempool to get there, or has the account read again. So does
// one that was refused at another tip: what spoke against it may be in a block by now.
func (m *Machine) admitted(a Admitted) {
	err := a.Err
	switch {
	case err != nil && !a.At.IsZero() && a.At != m.view.Tip().ID:
		err = fmt.Errorf("%w after %w", mempool.ErrMoved, err)
	case err == nil:
		err = m.pool.Enter(mempool.Offer{
			Transaction: a.Transaction, Account: a.Account, At: a.At, Local: a.Number != 0,
		}, m.wall())
	}
	switch {
	case !errors.Is(err, mempool.ErrMoved):
		m.judged(a, err)
	case m.settled():
		m.do(Admit{Number: a.Number, Transaction: a.Transaction, From: a.From, Checked: a.Err == nil})
	default:
		m.deferred = append(m.deferred, a)
	}
}

// readmit tries what has waited for the mempool.
func (m *Machine) readmit() {
	deferred := m.deferred
	m.deferred = nil
	for _, a := range deferred {
		m.admitted(a)
	}
}

// judged tells who waits for the mempool's verdict: the engine, or a client, whose
// transfer is brought to the disk first.
func (m *Machine) judged(a Admitted, verdict error) {
	m.tellVerdict(a, verdict)
	settings, attack := m.attacks[a.Number]
	delete(m.attacks, a.Number)
	switch {
	case a.Number == 0:
		if verdict == nil && a.From != (types.NodeID{}) {
			m.do(Novelty{Peer: a.From})
		}
		m.engage(protocol.Admitted{Transaction: a.Transaction, Err: verdict})
	case verdict != nil:
		m.do(Answer{Number: a.Number, Err: verdict})
	default:
		if attack {
			m.setMining(a.Number, settings) // before there is a job, so that the payment is not mined
		}
		m.posted[a.Number] = a.Transaction
		m.do(Persist{Number: a.Number, Transfers: []types.Transaction{a.Transaction}})
	}
}

// persisted has what clients posted relayed, now that this node comes back with it
// whenever it is killed.
func (m *Machine) persisted(p Persisted) {
	for _, number := range p.Numbers {
		t, waits := m.posted[number]
		if !waits {
			continue // of a reorg
		}
		delete(m.posted, number)
		if p.Err == nil {
			m.engage(protocol.Admitted{Transaction: t})
			m.tellSubmitted(&t)
		}
		m.do(Answer{Number: number, Err: p.Err})
	}
}

// answerOwed returns the answers that waited for the mempool.
func (m *Machine) answerOwed() {
	if m.writes.following {
		return
	}
	for _, a := range m.owed {
		m.do(a)
	}
	m.owed = nil
}
