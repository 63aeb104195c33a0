package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"networkmngr/internal/config"
)

var errNoTerminal = errors.New("there is no terminal to ask for the passphrase: " +
	"give it with --passphrase-file FILE or NETWORKMNGR_PASSPHRASE")

// passphrase is from the file, the environment, or else the person, who is
// asked a second time if what they type is not checked by anything.
func passphrase(ctx context.Context, settings config.Accounts, prompts io.Writer, account string, twice bool) (string, error) {
	if settings.PassphraseFile != "" {
		text, err := os.ReadFile(settings.PassphraseFile)
		if err != nil {
			return "", misuse{fmt.Errorf("--passphrase-file: %w", err)}
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return notEmpty(strings.TrimSuffix(line, "\r"))
	}
	if settings.Passphrase != "" {
		return settings.Passphrase, nil
	}
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", misuse{errNoTerminal}
	}
	defer terminal.Close()
	first, err := askSecret(ctx, terminal, prompts, "passphrase for "+account+": ")
	if err != nil || !twice {
		return first, err
	}
	second, err := askSecret(ctx, terminal, prompts, "the same again: ")
	if err == nil && first != second {
		err = misuse{errors.New("the two passphrases differ")}
	}
	return first, err
}

func notEmpty(text string) (string, error) {
	if text == "" {
		return "", misuse{errors.New("the passphrase is empty")}
	}
	return text, nil
}

// askSecret reads a line that does not show. Whoever ends the program meanwhile
// gets a terminal that shows again.
func askSecret(ctx context.Context, terminal *os.File, prompts io.Writer, prompt string) (string, error) {
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	fmt.Fprint(prompts, prompt)
	defer fmt.Fprintln(prompts)
	type answer struct {
		text []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // ends with the process if nobody types
		text, err := term.ReadPassword(fd)
		answered <- answer{text, err}
	}()
	select {
	case a := <-answered:
		if a.err != nil {
			return "", a.err
		}
		return notEmpty(string(a.text))
	case <-ctx.Done():
		return "", errors.Join(context.Cause(ctx), term.Restore(fd, before))
	}
}
