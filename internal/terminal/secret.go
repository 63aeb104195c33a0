package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// ErrNoTerminal means that there is no user to ask.
var ErrNoTerminal = errors.New("there is no terminal")

// AskSecret asks at the process's terminal for a line that does not show. The
// question goes to prompts. If ctx ends meanwhile, the terminal shows again what
// is typed, and the error is ctx's cause; without a terminal it is ErrNoTerminal.
func AskSecret(ctx context.Context, prompts io.Writer, question string) (string, error) {
	terminal, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", ErrNoTerminal
	}
	fd := int(terminal.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", errors.Join(err, terminal.Close())
	}
	fmt.Fprint(prompts, question)
	defer fmt.Fprintln(prompts)
	type answer struct {
		text []byte
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // ends with the process if no line is typed
		defer terminal.Close()
		text, err := term.ReadPassword(fd)
		answered <- answer{text, err}
	}()
	select {
	case a := <-answered:
		return string(a.text), a.err
	case <-ctx.Done():
		return "", errors.Join(context.Cause(ctx), term.Restore(fd, before))
	}
}
