//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// tipWatch sees nodes' tips move by what they log, without a question to them:
// the kernel tells when a file has grown.
type tipWatch struct {
	changes *os.File // inotify's
	logs    []*os.File
	moved   chan tipMove
	failed  chan error
}

// tipMove is a line of a node's log, and when it was seen.
type tipMove struct {
	id string // of the block
	at time.Time
}

func watchTips(n *network) (*tipWatch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	w := &tipWatch{
		changes: os.NewFile(uintptr(fd), "inotify"),
		moved:   make(chan tipMove, 1024), failed: make(chan error, 1),
	}
	for i := range n.nodes {
		if err := w.add(fd, n.log(i)); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	go func() { w.failed <- w.follow() }()
	return w, nil
}

// add follows a log from its present end on.
func (w *tipWatch) add(fd int, path string) error {
	if _, err := unix.InotifyAddWatch(fd, path, unix.IN_MODIFY); err != nil {
		return fmt.Errorf("inotify: %s: %w", path, err)
	}
	log, err := os.Open(path)
	if err != nil {
		return err
	}
	w.logs = append(w.logs, log)
	_, err = log.Seek(0, 2)
	return err
}

func (w *tipWatch) close() error {
	err := w.changes.Close()
	for _, log := range w.logs {
		err = errors.Join(err, log.Close())
	}
	return err
}

// follow reads whatever the logs have more, until the watch is closed.
func (w *tipWatch) follow() error {
	events, text := make([]byte, 4096), make([]byte, 64<<10)
	for {
		if _, err := w.changes.Read(events); err != nil {
			return err
		}
		for _, log := range w.logs {
			size, _ := log.Read(text) // the end of the file, most times
			w.report(text[:size], time.Now())
		}
	}
}

// report finds lines that tell of a tip. A node writes a line at once, so none
// is read in halves.
func (w *tipWatch) report(text []byte, at time.Time) {
	for line := range bytes.Lines(text) {
		if !bytes.Contains(line, []byte("tip moved")) {
			continue
		}
		if _, rest, found := bytes.Cut(line, []byte(" hash=")); found {
			id, _, _ := bytes.Cut(rest, []byte(" "))
			w.moved <- tipMove{string(id), at}
		}
	}
}

// await waits until every log has told of the block, and says when the last one
// did.
func (w *tipWatch) await(ctx context.Context, id string) (last time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for missing := len(w.logs); missing > 0; {
		select {
		case move := <-w.moved:
			if move.id != id {
				return last, fmt.Errorf("a node's tip moved to %s, want %s", move.id, id)
			}
			last = move.at
			missing--
		case err := <-w.failed:
			return last, err
		case <-ctx.Done():
			return last, fmt.Errorf("%d nodes never had the tip %s: %w", missing, id, ctx.Err())
		}
	}
	return last, nil
}
