package load

import (
	"context"
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/types"
)

// sequenceJump is more than an account may have pending.
const sequenceJump = 1 << 20

// sender is an account that sends its share of the transfers, one by one.
type sender struct {
	key      ed25519.PrivateKey
	network  types.Hash
	node     *client.Node
	results  *results
	random   *rand.Rand
	accounts []types.Address // of all senders
	first    time.Duration   // when its first transfer is due
	step     time.Duration   // between two of them
	end      time.Duration   // when none is due any more
	sequence uint64          // of its next transfer
	last     *types.SignedTransfer
}

func newSenders(ctx context.Context, config Options, results *results) ([]*sender, error) {
	accounts := make([]types.Address, len(config.Senders))
	for i, key := range config.Senders {
		accounts[i] = types.AddressOfKey(key)
	}
	senders := make([]*sender, len(accounts))
	step := time.Second * time.Duration(len(accounts)) / time.Duration(config.Rate)
	for i := range senders {
		s := &sender{
			key: config.Senders[i], network: config.Network, node: config.Nodes[i%len(config.Nodes)],
			results: results, random: rand.New(rand.NewPCG(config.Seed, uint64(i))), accounts: accounts,
			first: time.Duration(i) * time.Second / time.Duration(config.Rate), step: step, end: config.For,
		}
		if err := s.catchUp(ctx); err != nil {
			return nil, err
		}
		senders[i] = s
	}
	return senders, nil
}

// catchUp asks the node for the next sequence number.
func (s *sender) catchUp(ctx context.Context) error {
	account, err := s.node.Account(ctx, types.AddressOfKey(s.key))
	if err == nil {
		s.sequence = account.NextSequence()
	}
	return err
}

// run sends what is due until the end, however late it gets.
func (s *sender) run(ctx context.Context, start time.Time) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for due := s.first; due < s.end; due += s.step {
		timer.Reset(time.Until(start.Add(due)))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		s.results.started(time.Since(start.Add(due)))
		s.send(ctx, draw(s.random, len(s.accounts)))
	}
	return nil
}

// send submits a transfer, and notes the answer.
func (s *sender) send(ctx context.Context, in intent) {
	if in.kind == replay && s.last == nil {
		in.kind = good
	}
	t := s.transfer(in)
	began := time.Now()
	_, err := s.node.SubmitSigned(ctx, t)
	var refusal *api.Error
	switch {
	case err == nil && in.kind == good:
		s.results.accepted(t.ID(), began)
		s.sequence++
		s.last = &t
	case err == nil && in.kind == replay: // a reorg has disconnected it meanwhile
		s.results.accepted(t.ID(), began)
	case err == nil:
		s.results.wronglyAccepted()
	case errors.As(err, &refusal):
		s.results.refused(refusal.Code, in.kind)
	case ctx.Err() == nil:
		s.results.failed(err)
	}
	if err != nil && in.kind == good {
		// The sequence number may be wrong: another program may send from this
		// account too.
		_ = s.catchUp(ctx) // the next refusal asks again
	}
}

// transfer signs an intent.
func (s *sender) transfer(in intent) types.SignedTransfer {
	if in.kind == replay {
		return *s.last
	}
	t := types.SignedTransfer{Network: s.network, Transaction: types.Transaction{
		Sequence: s.sequence, Recipient: s.accounts[in.recipient], Amount: in.amount, Fee: in.fee, Data: in.data,
	}}
	switch in.kind {
	case overspend:
		t.Amount = types.MaxAmount / 2
	case sequenceGap:
		t.Sequence += sequenceJump
	case zeroAmount:
		t.Amount = 0
	case wrongNetwork:
		t.Network[0] ^= 1
	}
	t.Sign(s.key, t.Network)
	if in.kind == badSignature {
		t.Signature[0] ^= 1
	}
	return t
}
