package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"networkmngr/internal/config"
	"networkmngr/internal/terminal"
)

// passphrase is from the file, the environment, or else the user, who is
// asked a second time if nothing else would show a typing error.
func passphrase(ctx context.Context, settings config.WalletSettings, prompts io.Writer, account string, twice bool) (string, error) {
	if settings.PassphraseFile != "" {
		text, err := os.ReadFile(settings.PassphraseFile)
		if err != nil {
			return "", misuse(fmt.Errorf("--passphrase-file: %w", err))
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return notEmpty(strings.TrimSuffix(line, "\r"))
	}
	if settings.Passphrase != "" {
		return settings.Passphrase, nil
	}
	first, err := askPassphrase(ctx, prompts, "passphrase for "+account+": ")
	if err != nil || !twice {
		return first, err
	}
	second, err := askPassphrase(ctx, prompts, "the same again: ")
	if err == nil && first != second {
		err = misuse(errors.New("the two passphrases differ"))
	}
	return first, err
}

func askPassphrase(ctx context.Context, prompts io.Writer, question string) (string, error) {
	answer, err := terminal.AskSecret(ctx, prompts, question)
	if errors.Is(err, terminal.ErrNoTerminal) {
		return "", misuse(fmt.Errorf("%w to ask for the passphrase: give it with --passphrase-file FILE or NETWORKMNGR_PASSPHRASE", err))
	}
	if err != nil {
		return "", err
	}
	return notEmpty(answer)
}

func notEmpty(text string) (string, error) {
	if text == "" {
		return "", misuse(errors.New("the passphrase is empty"))
	}
	return text, nil
}
