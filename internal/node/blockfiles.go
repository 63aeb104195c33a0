package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/chain"
	"networkmngr/internal/disk"
	"networkmngr/internal/types"
)

const (
	blockFileEnd = ".json"
	// partMark begins the name of a file that is not whole yet; see disk.TempPath.
	partMark = "."
	// filesRetry is how long a folder that refuses is left alone, unless a
	// block comes before.
	filesRetry = 5 * time.Second
)

// blockFiles keeps each block of the main chain as a JSON file, such as
// block12.json, for people and their programs. The chain itself is in the
// store: whatever becomes of the files, it goes on, and they are made good as
// soon as the folder allows. A file that is there is whole; once the files show
// the tip, all of them are on disk.
type blockFiles struct {
	folder, template string
	chain            *chain.Chain
	log              hclog.Logger

	at types.Hash // the tip that the files show; zero if they must be looked through

	problem atomic.Pointer[error] // why the files lag behind, or nil
}

// keep keeps the files, if there are to be any, up to date until ctx ends, which is no
// error.
func (f *blockFiles) keep(ctx context.Context) error {
	if f == nil {
		return nil
	}
	for {
		moved := f.chain.Moved()
		err := f.catchUp(ctx)
		if ctx.Err() != nil {
			return nil
		}
		f.report(err)
		var again <-chan time.Time
		if err != nil {
			again = time.After(filesRetry)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-moved:
		case <-again:
		}
	}
}

// report tells of a failure once, and of its end.
func (f *blockFiles) report(err error) {
	switch before := f.failure(); {
	case err != nil && before == nil:
		f.log.Warn("block files lag behind", "folder", f.folder, "error", err)
	case err == nil && before != nil:
		f.log.Info("block files are whole again", "folder", f.folder)
	}
	f.problem.Store(&err)
}

// failure is why the files lag behind, or nil. There may be no files at all.
func (f *blockFiles) failure() error {
	if f == nil || f.problem.Load() == nil {
		return nil
	}
	return *f.problem.Load()
}

// catchUp brings the files to the tip. After a failure, nobody knows what is
// there.
func (f *blockFiles) catchUp(ctx context.Context) error {
	known := f.at
	f.at = types.Hash{}
	var tip types.Hash
	var err error
	if known.IsZero() {
		tip, err = f.repair(ctx)
	} else {
		tip, err = f.follow(ctx, known)
	}
	if err == nil {
		err = disk.SyncFolder(f.folder)
	}
	if err == nil {
		f.at = tip
	}
	return err
}

// repair looks through the whole folder and makes good what differs from the
// chain.
func (f *blockFiles) repair(ctx context.Context) (tip types.Hash, err error) {
	if err := disk.MakeFolder(f.folder, 0o755); err != nil {
		return tip, err
	}
	now := f.chain.Snapshot()
	if err := f.removeAbove(now.Tip.Height); err != nil {
		return tip, err
	}
	for ref := range now.From(0, int(now.Tip.Height)+1) {
		if err := errors.Join(ctx.Err(), f.write(ref)); err != nil {
			return tip, err
		}
	}
	return now.Tip.ID, nil
}

// follow writes what came to the chain since a block was its tip, and removes
// what no longer has a height.
func (f *blockFiles) follow(ctx context.Context, known types.Hash) (tip types.Hash, err error) {
	updates, state, err := f.chain.UpdatesSince(known)
	if err != nil {
		return tip, err
	}
	for _, ref := range updates.Applied {
		if err := errors.Join(ctx.Err(), f.write(ref)); err != nil {
			return tip, err
		}
	}
	for _, ref := range updates.Reverted {
		if ref.Height <= state.Height {
			break
		}
		if err := f.remove(f.name(ref.Height)); err != nil {
			return tip, err
		}
	}
	return state.ID, nil
}

// write makes a block's file, if it is not there as it should be.
func (f *blockFiles) write(ref chain.Ref) error {
	block, err := f.chain.Block(ref.ID)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(block); err != nil {
		return err
	}
	name := f.name(ref.Height)
	if there, err := os.ReadFile(f.path(name)); err == nil && bytes.Equal(there, text.Bytes()) {
		return nil
	}
	return disk.WriteUnsynced(f.path(name), text.Bytes(), 0o644)
}

// removeAbove removes the files of blocks above a height, and parts of files.
func (f *blockFiles) removeAbove(height uint64) error {
	entries, err := os.ReadDir(f.folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name, isPart := strings.CutPrefix(entry.Name(), partMark)
		if of, ours := f.height(name); ours && (isPart || of > height) {
			if err := f.remove(entry.Name()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *blockFiles) remove(name string) error {
	err := os.Remove(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (f *blockFiles) path(name string) string { return filepath.Join(f.folder, name) }

func (f *blockFiles) name(height uint64) string {
	return f.template + strconv.FormatUint(height, 10) + blockFileEnd
}

// height is that of the block whose file has a name, if it is one of ours.
func (f *blockFiles) height(name string) (height uint64, ours bool) {
	digits, ends := strings.CutSuffix(strings.TrimPrefix(name, f.template), blockFileEnd)
	height, err := strconv.ParseUint(digits, 10, 64)
	return height, ends && err == nil && f.name(height) == name
}
