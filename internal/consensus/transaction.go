package consensus

import (
	"github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"networkmngr/internal/types"
)

// zip215 makes all nodes agree on every signature, also on those that only an
// attacker would make, one by one or in a batch (ZIP 215).
var zip215 = &ed25519.Options{Verify: ed25519.VerifyOptionsZIP_215}

// CheckTransfer checks what depends neither on accounts nor on the signature. The
// error wraps the Rule that is broken.
func CheckTransfer(t *types.Transaction) error {
	if t.Kind != types.Transfer {
		return ErrExtraCoinbase.broken("a %s stands where a transfer should", t.Kind)
	}
	if err := checkForm(t); err != nil {
		return err
	}
	if t.Amount == 0 {
		return ErrZeroAmount.broken("amount is 0")
	}
	if _, ok := t.Amount.Add(t.Fee); !ok {
		return ErrAmountRange.broken("amount %s and fee %s are together above %s", t.Amount, t.Fee, types.MaxAmount)
	}
	return nil
}

// checkForm checks the rules for every transaction.
func checkForm(t *types.Transaction) error {
	if size := t.Size(); size > types.MaxTransactionSize {
		return ErrTransactionLen.broken("%d bytes, at most %d", size, types.MaxTransactionSize)
	}
	if t.Amount > types.MaxAmount || t.Fee > types.MaxAmount {
		return ErrAmountRange.broken("amount %s and fee %s, each at most %s", t.Amount, t.Fee, types.MaxAmount)
	}
	if err := types.CheckData(t.Data); err != nil {
		return ErrData.broken("%s", err)
	}
	return nil
}

// CheckSignature checks that the owner of t's public key signed it for the
// network with this genesis block. The error is ErrSignature.
func CheckSignature(t *types.Transaction, genesis types.Hash) error {
	if !ed25519.VerifyWithOptions(t.PublicKey[:], t.SigningMessage(genesis), t.Signature[:], zip215) {
		return ErrSignature.broken("signature of transaction %s does not match its content on network %s", t.ID(), genesis)
	}
	return nil
}

// Unverified lists the transfers of b whose signatures verified does not know to be good;
// see State.ApplyTrusting.
func Unverified(b *types.Block, verified func(types.Hash) bool) (list []*types.Transaction) {
	ids := b.TransactionIDs()
	for i := range b.Transactions {
		if t := &b.Transactions[i]; t.Kind == types.Transfer && (verified == nil || !verified(ids[i])) {
			list = append(list, t)
		}
	}
	return list
}

// CheckSignatures is CheckSignature, with its error, for many transfers. A batch
// costs less than half as much; the bad one is searched for only if there is one.
func CheckSignatures(transfers []*types.Transaction, genesis types.Hash) error {
	if len(transfers) == 0 {
		return nil
	}
	batch := ed25519.NewBatchVerifierWithCapacity(len(transfers))
	for _, t := range transfers {
		batch.AddWithOptions(t.PublicKey[:], t.SigningMessage(genesis), t.Signature[:], zip215)
	}
	if batch.VerifyBatchOnly(nil) {
		return nil
	}
	for _, t := range transfers {
		if err := CheckSignature(t, genesis); err != nil {
			return err
		}
	}
	return nil
}
