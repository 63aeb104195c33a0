package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/core"
	"networkmngr/internal/disk"
	"networkmngr/internal/record"
)

// lastRecording is added to the name of the recording of a node's life before this
// one, which may be what somebody wants to see.
const lastRecording = ".last"

// recording writes down what the core is told. Nil writes nothing.
type recording struct {
	file   *os.File
	writer *record.Writer
	log    hclog.Logger
}

// createRecording makes the file of a recording, or returns nil for no path. Only its
// owner may read it, as it has the seed of what is random in it.
func createRecording(path string, log hclog.Logger) (*recording, error) {
	if path == "" {
		return nil, nil
	}
	folder, name := filepath.Dir(path), filepath.Base(path)
	err := disk.Rename(folder, name, name+lastRecording)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("recording: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	return &recording{file: file, log: log}, nil
}

// begin writes what the core begins with. What fails now fails again when the node
// runs, and ends it.
func (r *recording) begin(h record.Header) {
	r.writer, _ = record.NewWriter(r.file, time.Now().Round(0), h)
}

func (r *recording) step(now time.Time, in core.Input, out []core.Effect) {
	if r == nil {
		return
	}
	if err := r.writer.Step(now, in, out); err != nil {
		r.log.Warn("what comes from now on is not recorded, as the disk is too slow", "file", r.file.Name(), "error", err)
	}
}

// run writes until ctx ends, which is no error.
func (r *recording) run(ctx context.Context) error {
	if r == nil {
		return nil
	}
	return errors.Join(r.writer.Flush(), r.writer.Run(ctx))
}

// end writes the rest.
func (r *recording) end() (err error) {
	if r == nil {
		return nil
	}
	if r.writer != nil { // or else it has not begun
		err = r.writer.Flush()
	}
	return errors.Join(err, r.file.Close())
}
