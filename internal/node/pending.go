package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"networkmngr/internal/chain"
	"networkmngr/internal/mempool"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

// leastRewrite is how many transfers pending.jsonl holds before it is looked
// through for those that wait no longer.
const leastRewrite = 1024

// posted is a transfer that a client is told of once it is on disk.
type posted struct {
	transfer types.Transaction
	kept     chan error // has room for the answer
}

// pendingFile is pending.jsonl: the transfers that clients have handed to this
// node, in the order in which they came, each on a line in the form of
// types.SignedTransfer. What their senders had pending before them goes with
// them, whoever took it, as they are worth nothing without it. Some lines may
// wait no longer. One goroutine at a time.
type pendingFile struct {
	path    string
	network types.Hash // of the genesis block
	pool    *mempool.Pool
	file    *os.File                 // nil before the first transfer
	ids     []types.Hash             // of what is in it
	next    map[types.Address]uint64 // sequence number after a sender's last in it
	rewrite int                      // at this many lines
}

// openPending gives back to the pool what a file holds of this network, as far
// as it can still be in a block, and makes the file hold no more than that.
func openPending(folder string, network types.Hash, pool *mempool.Pool) (*pendingFile, error) {
	p := &pendingFile{path: filepath.Join(folder, pendingFileName), network: network, pool: pool}
	text, err := os.ReadFile(p.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for line := range bytes.Lines(text) {
		if err := p.restore(line); err != nil {
			return nil, err
		}
	}
	if len(text) == 0 {
		return p, nil
	}
	return p, p.tidy()
}

// restore takes a line in. What nobody was told of may have come to the disk in
// part: what cannot be read is passed over.
func (p *pendingFile) restore(line []byte) error {
	var request types.TransferRequest
	if json.Unmarshal(line, &request) != nil || request.Signed == nil ||
		request.Network == nil || *request.Network != p.network {
		return nil
	}
	err := p.pool.Restore(*request.Signed)
	if errors.Is(err, chain.ErrStore) {
		return err
	}
	if err == nil {
		p.ids = append(p.ids, request.Signed.ID())
	}
	return nil // else it is in the chain, or contradicts what is
}

// tidy replaces the file by one of those that still wait.
func (p *pendingFile) tidy() error {
	var text bytes.Buffer
	before := p.ids
	p.ids, p.next = nil, make(map[types.Address]uint64)
	for _, id := range before {
		if t, waits := p.pool.Get(id); waits {
			p.write(&text, t)
		}
	}
	err := errors.Join(p.close(), renameio.WriteFile(p.path, text.Bytes(), 0o644), store.SyncFolder(filepath.Dir(p.path)))
	if err != nil {
		return err
	}
	p.rewrite = max(leastRewrite, 2*len(p.ids))
	p.file, err = os.OpenFile(p.path, os.O_WRONLY|os.O_APPEND, 0)
	return err
}

// write adds a transfer to text, and what must be before it.
func (p *pendingFile) write(text *bytes.Buffer, t types.Transaction) {
	if next := p.next[t.Sender()]; t.Sequence > next {
		for _, earlier := range p.pool.BySender(t.Sender()) {
			if earlier.Sequence >= next && earlier.Sequence < t.Sequence {
				p.writeLine(text, earlier)
			}
		}
	}
	p.writeLine(text, t)
}

func (p *pendingFile) writeLine(text *bytes.Buffer, t types.Transaction) {
	p.ids = append(p.ids, t.ID())
	p.next[t.Sender()] = max(p.next[t.Sender()], t.Sequence+1)
	line, err := types.SignedTransfer{Network: p.network, Transaction: t}.MarshalJSON()
	if err != nil {
		panic(err) // what the pool took is a JSON value
	}
	text.Write(append(bytes.TrimSpace(line), '\n'))
}

// add has transfers on disk when it returns.
func (p *pendingFile) add(batch []posted) error {
	if p.file == nil {
		if err := p.tidy(); err != nil {
			return err
		}
	}
	var text bytes.Buffer
	for _, one := range batch {
		p.write(&text, one.transfer)
	}
	if _, err := p.file.Write(text.Bytes()); err != nil {
		return err
	}
	if err := errors.Join(p.file.Sync(), store.CheckName(p.path, p.file)); err != nil {
		return err
	}
	if len(p.ids) >= p.rewrite {
		return p.tidy()
	}
	return nil
}

func (p *pendingFile) close() error {
	if p.file == nil {
		return nil
	}
	return p.file.Close()
}

// keepPending brings what clients post to the disk until ctx ends, which is no
// error. Those who come while others are being written share the next write.
func (n *Node) keepPending(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-n.posted.bell:
		}
		batch := n.posted.takeAll()
		err := n.pending.add(batch)
		if err != nil {
			err = fmt.Errorf("%w: %w", chain.ErrStore, err)
		}
		for _, one := range batch {
			one.kept <- err
		}
		if err != nil {
			return err
		}
	}
}

// keep waits until t is on disk.
func (n *Node) keep(t types.Transaction) error {
	one := posted{t, make(chan error, 1)}
	n.posted.put(one)
	select {
	case err := <-one.kept:
		return err
	case <-n.life.Done():
		return ErrStopping
	}
}
