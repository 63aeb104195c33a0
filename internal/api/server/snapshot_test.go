package server_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheCopyIsStreamed(t *testing.T) {
	h := start(t)
	h.node.copy = func(w io.Writer) error {
		_, err := io.WriteString(w, "archive")
		return err
	}
	stream, err := h.client.Snapshot(t.Context())
	require.NoError(t, err)
	defer stream.Close()
	text, err := io.ReadAll(stream)
	require.NoError(t, err)
	require.Equal(t, "archive", string(text))
	h.requireError(h.get("/snapshot?x=1"), http.StatusBadRequest, "malformed", "x")
}

// Whoever reads a copy that is not complete notices.
func TestACopyThatFailsIsBrokenOff(t *testing.T) {
	h := start(t)
	h.node.copy = func(io.Writer) error { return errors.New("no disk") }
	_, err := h.client.Snapshot(t.Context())
	require.Error(t, err)
	h.node.copy = func(w io.Writer) error {
		_, err := io.WriteString(w, "arch")
		return errors.Join(err, errors.New("no disk"))
	}
	stream, err := h.client.Snapshot(t.Context())
	if err == nil {
		defer stream.Close()
		_, err = io.ReadAll(stream)
	}
	require.Error(t, err)
}

func TestOneCopyAtATime(t *testing.T) {
	h := start(t)
	begun, goOn := make(chan struct{}), make(chan struct{})
	h.node.copy = func(io.Writer) error { close(begun); <-goOn; return nil }
	ended := make(chan error, 1)
	go func() {
		stream, err := h.client.Snapshot(t.Context())
		if err == nil {
			err = stream.Close()
		}
		ended <- err
	}()
	<-begun
	h.requireError(h.get("/snapshot"), http.StatusTooManyRequests, "busy", "")
	close(goOn)
	require.NoError(t, <-ended)
}
