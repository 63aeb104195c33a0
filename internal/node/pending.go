package node

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/disk"
	"networkmngr/internal/mempool"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// What pending.jsonl keeps of transfers that wait no longer, for when the chain's
// database is lost or falls back.
const (
	defaultRetained  = 1024 // lines
	maxRetainedBytes = 4 << 20
)

// pendingFile is pending.jsonl: the transfers that are local to the mempool, as
// somebody was told that they are kept, and those that a reorg undid, as nobody may
// know any more that they were. It is appended to, and from time to time written
// anew, with the mempool's tip and what of these waits there. So whatever was left
// out, a block up to that tip has made needless; and a mempool that resumes at that
// tip learns whether a reorg has undone the block since. One goroutine at a time.
type pendingFile struct {
	path    string
	network types.Hash // of the genesis block
	pool    *mempool.Reader
	file    *os.File // nil before the first transfer
	index   pendingIndex
	retain  int // lines of transfers that wait no longer
	due     int // at so many lines, it is written anew
}

// pendingIndex says what is in the file.
type pendingIndex struct {
	lines []pendingPlace // in order
	ids   map[types.Hash]bool
	next  map[types.Address]uint64 // sequence number after a sender's last
	size  int64                    // of the file, in bytes
}

// pendingPlace is where a transfer is in the file, in bytes.
type pendingPlace struct {
	id   types.Hash
	at   int64
	size int
}

func newPendingIndex() pendingIndex {
	return pendingIndex{ids: make(map[types.Hash]bool), next: make(map[types.Address]uint64)}
}

// note takes in that t is on the line of size bytes at a place.
func (x *pendingIndex) note(t *types.Transaction, at int64, size int) {
	id, sender := t.ID(), t.Sender()
	x.lines = append(x.lines, pendingPlace{id, at, size})
	x.ids[id] = true
	x.next[sender] = max(x.next[sender], t.Sequence+1)
	x.size = max(x.size, at+int64(size))
}

// openPending gives back to a new pool what a file holds of this network, and what
// reorgs have undone since it was written anew. What cannot be used is told of,
// and kept in a file beside it.
func openPending(config *Config, pool *mempool.Reader) (*pendingFile, error) {
	retain := cmp.Or(config.Retained, defaultRetained)
	p := &pendingFile{
		path: filepath.Join(config.Folder, pendingFileName), network: config.Genesis.Params.GenesisID, pool: pool,
		index: newPendingIndex(), retain: retain, due: 2 * retain,
	}
	text, err := disk.ReadFile(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	if err := p.restore(parsePending(text), config.Logger); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// restore makes pool and file good.
func (p *pendingFile) restore(found pendingLines, log hclog.Logger) error {
	unusable := unusableLines{damaged: found.damaged}
	if err := p.restoreLines(found.transfers, &unusable); err != nil {
		return err
	}
	if err := p.resume(found.tip); err != nil {
		return err
	}
	if err := errors.Join(unusable.save(p.path, log), p.open()); err != nil {
		return err
	}
	p.index.size = max(p.index.size, found.size)
	if found.unfinished || len(unusable.all()) > 0 || p.lacks() || len(p.index.lines) >= p.due {
		return p.writeAnew()
	}
	return nil
}

// resume has the pool follow the chain from where it stood when the file was
// written anew. If the chain has lost that block, the lines are all there is.
func (p *pendingFile) resume(tip types.Hash) error {
	if tip.IsZero() {
		return nil // every line that was ever written is there
	}
	err := p.pool.Resume(tip)
	if errors.Is(err, chain.ErrNotFound) {
		return nil
	}
	return err
}

// restoreLines gives lines to the pool, each sender's in order.
func (p *pendingFile) restoreLines(lines []pendingLine, unusable *unusableLines) error {
	slices.SortStableFunc(lines, func(a, b pendingLine) int {
		return cmp.Compare(a.transfer.Sequence, b.transfer.Sequence)
	})
	for _, line := range lines {
		if line.network != p.network {
			unusable.foreign = append(unusable.foreign, line.text)
			p.pool.Lost(line.transfer, mempool.ErrOtherNetwork)
			continue
		}
		switch err := p.pool.Restore(line.transfer, line.local); {
		case err == nil || waitsNoLonger(err):
			p.index.note(&line.transfer, line.at, len(line.text))
		case isRule(err):
			unusable.refused = append(unusable.refused, line.text)
		default:
			return err
		}
	}
	return nil
}

// waitsNoLonger reports whether err says that a block holds or contradicts a
// transfer, or that its sender has replaced it, or that it was restored already.
func waitsNoLonger(err error) bool {
	return errors.Is(err, consensus.ErrSequenceUsed) || errors.Is(err, mempool.ErrFeeTooLow) ||
		errors.Is(err, mempool.ErrKnown)
}

func isRule(err error) bool {
	_, broken := consensus.Broken(err)
	return broken
}

// lacks reports whether something that the pool keeps is not in the file.
func (p *pendingFile) lacks() bool {
	_, local, undone := p.pool.Kept()
	return slices.ContainsFunc(slices.Concat(local, undone), func(t types.Transaction) bool { return !p.index.ids[t.ID()] })
}

// add has transfers on disk when it returns: local ones with what must be before
// them, and those that a reorg undid.
func (p *pendingFile) add(local, undone []types.Transaction) error {
	if p.file == nil {
		if err := p.create(); err != nil {
			return err
		}
	}
	var text bytes.Buffer
	for _, t := range local {
		p.put(&text, t)
	}
	p.putLines(&text, undone, false)
	if text.Len() == 0 {
		return nil // all are there
	}
	if _, err := p.file.Write(text.Bytes()); err != nil {
		return err
	}
	if err := errors.Join(p.file.Sync(), store.CheckName(p.path, p.file)); err != nil {
		return err
	}
	if len(p.index.lines) >= p.due {
		return p.writeAnew()
	}
	return nil
}

// put adds a local transfer to text, which goes to the end of the file, with what
// its sender has pending before it.
func (p *pendingFile) put(text *bytes.Buffer, t types.Transaction) {
	if next := p.index.next[t.Sender()]; t.Sequence > next {
		earlier := slices.DeleteFunc(p.pool.BySender(t.Sender()), func(other types.Transaction) bool {
			return other.Sequence < next || other.Sequence >= t.Sequence
		})
		p.putLines(text, earlier, true)
	}
	p.putLines(text, []types.Transaction{t}, true)
}

// putLines adds what is not in the file yet.
func (p *pendingFile) putLines(text *bytes.Buffer, list []types.Transaction, local bool) {
	for _, t := range list {
		if p.index.ids[t.ID()] {
			continue
		}
		line := transferLine(p.network, t, local)
		p.index.note(&t, p.index.size, len(line))
		text.Write(line)
	}
}

// writeAnew replaces the file by one with all that is kept in the pool, and the last
// of what waits no longer.
func (p *pendingFile) writeAnew() error {
	tip, local, undone := p.pool.Kept()
	spare, err := p.retained(slices.Concat(local, undone))
	if err != nil {
		return err
	}
	var text bytes.Buffer
	text.Write(tipLine(tip))
	p.index = newPendingIndex()
	for _, line := range spare {
		p.index.note(&line.transfer, int64(text.Len()), len(line.text))
		text.Write(line.text)
	}
	p.index.size = int64(text.Len())
	p.putLines(&text, local, true)
	p.putLines(&text, undone, false)
	p.due = 2 * max(len(p.index.lines), p.retain)
	return errors.Join(p.close(), disk.WriteFile(p.path, text.Bytes(), 0o644), p.open())
}

// retained reads the last lines of what is not among those that wait, within bounds.
func (p *pendingFile) retained(waiting []types.Transaction) ([]pendingLine, error) {
	waits := make(map[types.Hash]bool, len(waiting))
	for i := range waiting {
		waits[waiting[i].ID()] = true
	}
	var lines []pendingLine
	room := maxRetainedBytes
	for _, place := range slices.Backward(p.index.lines) {
		if waits[place.id] {
			continue
		}
		if room -= place.size; room < 0 || len(lines) == p.retain {
			break
		}
		text := make([]byte, place.size)
		if _, err := p.file.ReadAt(text, place.at); err != nil {
			return nil, err
		}
		lines = append(lines, parsePending(text).transfers...)
	}
	slices.Reverse(lines)
	return lines, nil
}

// create makes an empty file.
func (p *pendingFile) create() error {
	return errors.Join(disk.Create(p.path, nil, 0o644), p.open())
}

func (p *pendingFile) open() (err error) {
	p.file, err = os.OpenFile(p.path, os.O_RDWR|os.O_APPEND, 0)
	return err
}

func (p *pendingFile) close() error {
	if p.file == nil {
		return nil
	}
	return p.file.Close()
}
