package server

import (
	"cmp"
	"errors"
	"fmt"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/mining"
	"networkmngr/internal/mining/strategy"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// What a double spend does if nothing else is asked for.
const (
	fewConfirmations = 2
	giveUpBehind     = 4 // blocks more than the confirmations
)

// strategyOf reads a strategy but for the attack of a double spend.
func (s *Server) strategyOf(asked api.Strategy) (chosen strategy.Settings, err error) {
	chosen = strategy.Settings{
		Name: strategy.Name(asked.Name), Lead: asked.Lead, Fork: asked.Fork, Trail: asked.Trail, Blocks: asked.Blocks,
		Attack: strategy.Attack{Confirmations: orElse(asked.Confirmations, 0), GiveUp: orElse(asked.GiveUp, 0)},
	}
	if err := chosen.Normal().Name.Validate(); err != nil {
		return chosen, fmt.Errorf("%w: %w", mining.ErrSettings, err) // before what belongs to another name
	}
	if asked.Address != "" {
		chosen.Avoid, err = s.parseAccount(asked.Address)
	}
	if asked.Name != api.DoubleSpend && attacks(asked) {
		err = errors.Join(err, fmt.Errorf("%w: merchant, from, amount, confirmations and give_up are for %s, and the name is %q", mining.ErrSettings, api.DoubleSpend, asked.Name))
	}
	if asked.Name == api.DoubleSpend {
		if asked.Merchant == "" {
			err = errors.Join(err, fmt.Errorf("%w: merchant is empty, want who is paid, a name or an address", mining.ErrSettings))
		}
		chosen.Confirmations = orElse(asked.Confirmations, fewConfirmations)
		chosen.GiveUp = orElse(asked.GiveUp, chosen.Confirmations+giveUpBehind)
	}
	return chosen.Normal(), err
}

// attacks reports whether something is asked that only a double spend has.
func attacks(asked api.Strategy) bool {
	return asked.Merchant != "" || asked.From != "" || asked.Amount != 0 || asked.Confirmations != nil || asked.GiveUp != nil
}

// orElse is what is asked for, which may be zero, or the default if nothing is.
func orElse(asked *int, otherwise int) int {
	if asked == nil {
		return otherwise
	}
	return *asked
}

// attack begins a double spend.
func (s *Server) attack(settings mining.Settings, asked api.Strategy) error {
	s.signing.Lock() // so that nobody else takes the number that both transfers have
	defer s.signing.Unlock()
	payment, conflict, err := s.signAttack(asked)
	if refused := httpserver.Find(transferRefusals, err); refused != nil {
		return refused
	}
	if err != nil {
		return err
	}
	settings.Strategy.Payment, settings.Strategy.Conflict = payment, conflict
	return s.node.Attack(settings)
}

// signAttack signs the payment of a double spend, and the transfer that contradicts it,
// which pays the sender itself.
func (s *Server) signAttack(asked api.Strategy) (payment, conflict types.Transaction, err error) {
	if !s.config.Sign {
		return payment, conflict, fmt.Errorf("%w, as it is not bound to loopback: start it with --sign", errSigningOff)
	}
	sender, sign, err := s.signer(cmp.Or(asked.From, wallet.NodeName))
	if err != nil {
		return payment, conflict, fmt.Errorf("from: %w", err)
	}
	merchant, err := s.parseAccount(asked.Merchant)
	if err != nil {
		return payment, conflict, fmt.Errorf("merchant: %w", err)
	}
	if merchant == sender {
		return payment, conflict, fmt.Errorf("%w: merchant is %s, who pays, want another account", mining.ErrSettings, cmp.Or(asked.From, wallet.NodeName))
	}
	next, err := s.node.Pool.NextSequence(sender)
	payment = types.Transaction{Recipient: merchant, Amount: asked.Amount, Fee: wallet.DefaultFee, Sequence: next}
	conflict = payment
	conflict.Recipient = sender
	sign(&payment)
	sign(&conflict)
	return payment, conflict, err
}

// strategyForm is how the node mines by its strategy.
func (s *Server) strategyForm() api.StrategyState {
	now := s.node.Strategy()
	form := api.StrategyState{
		StrategyChoice: strategyChoice(now.Settings),
		Own:            now.Own, Public: now.Public, Ahead: now.Own - now.Public, Withheld: now.Own - now.Shown,
		Confirmed: now.Branches.Confirmations, Outcome: now.Outcome,
	}
	if now.Name == strategy.DoubleSpend {
		form.Payment, form.Conflict = new(now.Payment.ID()), new(now.Conflict.ID())
		form.From, form.Amount = now.Conflict.Sender().String(), now.Conflict.Amount
	}
	return form
}

// strategyChoice is what somebody would ask for to have the same strategy.
func strategyChoice(s strategy.Settings) api.StrategyChoice {
	choice := api.StrategyChoice{
		Name: string(s.Name), Lead: s.Lead, Fork: s.Fork, Trail: s.Trail, Blocks: s.Blocks,
	}
	if s.Name == strategy.DoubleSpend {
		choice.Confirmations, choice.GiveUp = new(s.Confirmations), new(s.GiveUp)
	}
	if s.Name == strategy.Censor {
		choice.Address = s.Avoid.String()
	}
	return choice
}
