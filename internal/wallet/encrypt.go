package wallet

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// ErrPassphrase means that a passphrase is empty or wrong.
var ErrPassphrase = errors.New("wrong passphrase")

// DefaultWork is scrypt's work as a power of two: a guess takes about a second,
// and a quarter of a gigabyte.
const DefaultWork = 18

func encrypt(plain []byte, passphrase string, work int) (string, error) {
	recipient, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrPassphrase, err)
	}
	recipient.SetWorkFactor(work)
	var text strings.Builder
	armored := armor.NewWriter(&text)
	encrypted, err := age.Encrypt(armored, recipient)
	if err != nil {
		return "", err
	}
	if _, err := encrypted.Write(plain); err != nil {
		return "", err
	}
	if err := errors.Join(encrypted.Close(), armored.Close()); err != nil {
		return "", err
	}
	return text.String(), nil
}

func decrypt(text, passphrase string) ([]byte, error) {
	identity, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPassphrase, err)
	}
	reader, err := age.Decrypt(armor.NewReader(strings.NewReader(text)), identity)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	return plain, nil
}
