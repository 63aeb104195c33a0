package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/coder/websocket"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/types"
)

// listener is one client of a WebSocket.
type listener struct {
	chain Chain
	conn  *websocket.Conn
	asked chan query
	wrong chan error // what is wrong with messages of the client
	take  taker      // nil for a client that may not change the node
	// share counts the bytes of a message until release.
	share    func(message io.Reader) (counted io.Reader, release func())
	hearTime time.Duration // for the rest of a message to come
	farewell time.Duration // for the closing handshake

	// Of the goroutine of push:
	seen   types.Hash // the tip that the client has been told of
	asking bool       // it has asked, and so is told in the form of queries
}

func (s *Server) newListener(conn *websocket.Conn, take taker) *listener {
	return &listener{
		chain: s.node.Chain, conn: conn, take: take, asked: make(chan query, maxHeardCount), wrong: make(chan error, maxHeardCount),
		share: s.http.Share, hearTime: s.listeners.hearTime, farewell: s.listeners.farewell,
	}
}

// push tells the client of the chain, from the tip of now on, and answers what it
// asks. It pulls what is new when it has told all that was: a slow listener holds
// nobody up, and misses nothing.
func (l *listener) push(ctx context.Context) error {
	l.seen = l.chain.Tip().ID
	if err := l.tellBlock(api.TipNews, l.seen); err != nil {
		return err
	}
	for {
		moved := l.chain.Moved()
		if err := l.catchUp(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		case q := <-l.asked:
			if err := l.answer(ctx, q); err != nil {
				return err
			}
		case why := <-l.wrong:
			if err := tell(l.conn, api.Misheard{Type: api.ErrorNews, Error: &api.Error{Code: "malformed", Message: why.Error()}}); err != nil {
				return err
			}
		}
	}
}

// catchUp tells what happened since the client was told last.
func (l *listener) catchUp(ctx context.Context) error {
	updates, tip, err := l.chain.UpdatesSince(l.seen)
	if err != nil {
		return err
	}
	if undone := updates.Reverted; len(undone) > 0 && !l.asking {
		if err := tell(l.conn, undoing(undone)); err != nil {
			return err
		}
	}
	for _, ref := range updates.Applied {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := l.tellApplied(ctx, ref); err != nil {
			return err
		}
	}
	l.seen = tip.ID
	return nil
}

// undoing is the news of blocks that a reorg undid, the highest first.
func undoing(undone []chain.Ref) api.News {
	news := api.News{Type: api.ReorgNews, Length: undone[len(undone)-1].Height}
	for _, ref := range undone {
		news.Reverted = append(news.Reverted, tipAt(ref))
	}
	return news
}

func (l *listener) tellApplied(ctx context.Context, ref chain.Ref) error {
	if l.asking {
		return l.tellBlocks(ctx, slices.Values([]chain.Ref{ref}))
	}
	return l.tellBlock(api.BlockNews, ref.ID)
}

func (l *listener) tellBlock(kind string, id types.Hash) error {
	block, err := l.block(id)
	if err != nil {
		return err
	}
	return tell(l.conn, api.News{Type: kind, Length: block.Height() + 1, Block: &block})
}

// block reads a block of the chain. The error wraps chain.ErrStore.
func (l *listener) block(id types.Hash) (types.Block, error) {
	block, err := l.chain.Block(id)
	if err != nil {
		return block, fmt.Errorf("%w: block %s: %w", chain.ErrStore, id, err)
	}
	return block, nil
}

func tell(conn *websocket.Conn, news any) error {
	ctx, cancel := context.WithTimeout(context.Background(), tellTimeout)
	defer cancel()
	text, err := unescaped(news)
	if err != nil {
		return err
	}
	return conn.Write(ctx, websocket.MessageText, text)
}

// unescaped is v as JSON on one line, without HTML escapes, as data must come out as
// it was signed.
func unescaped(v any) ([]byte, error) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return text.Bytes(), err
}

// hear takes what the client sends, within bounds.
func (l *listener) hear() error {
	l.conn.SetReadLimit(maxHeard)
	if l.take != nil {
		l.conn.SetReadLimit(maxTold)
	}
	for since, heard := time.Now(), 0; ; heard++ {
		if time.Since(since) > pingInterval {
			since, heard = time.Now(), 0
		}
		if heard == maxHeardCount {
			return errTalkative
		}
		if err := l.hearOne(); err != nil {
			return err
		}
	}
}

// hearOne takes one message. While it is in memory, it counts as a body does.
func (l *listener) hearOne() error {
	reading, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, message, err := l.conn.Reader(reading)
	if err != nil {
		return err
	}
	limit := time.AfterFunc(l.hearTime, cancel)
	counted, release := l.share(message)
	defer release()
	text, err := io.ReadAll(counted)
	if err != nil {
		return err
	}
	limit.Stop()
	return l.listenTo(text)
}
