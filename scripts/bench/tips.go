//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// tipWatch sees nodes' tips move in their logs, without a request to them: the
// kernel says when a file has grown.
type tipWatch struct {
	changes *os.File          // inotify's
	logs    map[int32]*tailed // by the kernel's number
	moved   chan tipMove
	failed  chan error
}

// tipMove is a line of a node's log, and when it was seen.
type tipMove struct {
	id string // of the block
	at time.Time
}

// tailed is a log, and the start of an incomplete line.
type tailed struct {
	file *os.File
	rest []byte
}

func watchTips(n *network) (*tipWatch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("inotify: %w", err)
	}
	w := &tipWatch{
		changes: os.NewFile(uintptr(fd), "inotify"), logs: make(map[int32]*tailed),
		moved: make(chan tipMove, 1024), failed: make(chan error, 1),
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
	number, err := unix.InotifyAddWatch(fd, path, unix.IN_MODIFY)
	if err != nil {
		return fmt.Errorf("inotify: %s: %w", path, err)
	}
	log, err := os.Open(path)
	if err != nil {
		return err
	}
	w.logs[int32(number)] = &tailed{file: log}
	_, err = log.Seek(0, io.SeekEnd)
	return err
}

func (w *tipWatch) close() error {
	err := w.changes.Close()
	for _, log := range w.logs {
		err = errors.Join(err, log.file.Close())
	}
	return err
}

// follow reads what the logs gain, until the watch is closed.
func (w *tipWatch) follow() error {
	events := make([]byte, 4096)
	for {
		n, err := w.changes.Read(events)
		if err != nil {
			return err
		}
		for number := range grown(events[:n]) {
			if err := w.read(w.logs[number]); err != nil {
				return err
			}
		}
	}
}

// grown are the numbers of the files that inotify's events are about; those of files have
// no name.
func grown(events []byte) map[int32]bool {
	numbers := make(map[int32]bool)
	for ; len(events) >= unix.SizeofInotifyEvent; events = events[unix.SizeofInotifyEvent:] {
		numbers[int32(binary.NativeEndian.Uint32(events))] = true
	}
	return numbers
}

// read reports the new lines of a log.
func (w *tipWatch) read(log *tailed) error {
	more, err := io.ReadAll(log.file)
	at := time.Now()
	text := append(log.rest, more...)
	end := bytes.LastIndexByte(text, '\n') + 1
	for line := range bytes.Lines(text[:end]) {
		if id, found := movedTo(line); found {
			w.moved <- tipMove{id, at}
		}
	}
	log.rest = bytes.Clone(text[end:])
	return err
}

// movedTo is the tip in a line of a log.
func movedTo(line []byte) (id string, found bool) {
	if !bytes.Contains(line, []byte("tip moved")) {
		return "", false
	}
	_, rest, found := bytes.Cut(line, []byte(" hash="))
	hash, _, _ := bytes.Cut(rest, []byte(" "))
	return string(hash), found
}

// await waits until every log has the block as the tip, and returns when the last
// one did.
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
