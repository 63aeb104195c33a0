package server

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/coder/websocket"

	"networkmngr/internal/chain"
	"networkmngr/internal/strictjson"
)

// A tutorial has peers ask each other for blocks over a WebSocket: {"type": 0} for the
// last one, {"type": 1} for all. The answer to both, {"type": 2, "data": "…"}, has the
// JSON text of a list of blocks in a string; new blocks come in this form as well, and
// who knows a better chain sends it so.

// query is what a listener asks for.
type query uint8

const (
	queryLatest query = iota
	queryAll
)

// listenTo does what a message of the client asks for. Clients of tutorials put other
// keys beside the type, such as "data": null. What is none of these messages is said to be
// wrong; nothing is said of blocks that are not taken, as peers send those again and again.
func (l *listener) listenTo(text []byte) error {
	var message map[string]json.RawMessage
	if err := strictjson.Unmarshal(text, &message); err != nil {
		return handOver(l.wrong, fmt.Errorf("want a message such as {\"type\": 0}: %w", err))
	}
	switch kind := string(message["type"]); kind {
	case "0", `"QUERY_LATEST"`:
		return handOver(l.asked, queryLatest)
	case "1", `"QUERY_ALL"`:
		return handOver(l.asked, queryAll)
	case "2", `"RESPONSE_BLOCKCHAIN"`:
		return l.takeBlocks(message["data"])
	default:
		return handOver(l.wrong, fmt.Errorf("type is %.64s, want 0 for the last block, 1 for all, or 2 with blocks in data", cmp.Or(kind, "missing")))
	}
}

// takeBlocks takes what is in the data of an answer to a query.
func (l *listener) takeBlocks(data json.RawMessage) error {
	if l.take == nil {
		return handOver(l.wrong, errNoTaker)
	}
	blocks, err := blocksOf(data)
	if err != nil {
		return handOver(l.wrong, err)
	}
	l.take(blocks)
	return nil
}

// errNoTaker is why blocks are not taken of somebody.
var errNoTaker = errors.New("blocks are taken only from who may change the node")

// handOver hands something over to push, which may be busy with an answer that takes long.
func handOver[T any](to chan<- T, what T) error {
	select {
	case to <- what:
		return nil
	default:
		return errTalkative
	}
}

// answer tells what was asked for, from which on the client is told what is new.
func (l *listener) answer(ctx context.Context, q query) error {
	l.asking = true
	now := l.chain.Snapshot()
	l.seen = now.Tip.ID
	first := now.Tip.Height
	if q == queryAll {
		first = 0
	}
	return l.tellBlocks(ctx, now.From(first, math.MaxInt))
}

// inString escapes JSON on one line, to stand in a JSON string.
var inString = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", "")

// tellBlocks sends blocks in the form of the answer to a query. One block at a time is in
// memory, and each has the time that a message has.
func (l *listener) tellBlocks(ctx context.Context, refs iter.Seq[chain.Ref]) error {
	const part = 64 << 10
	writing, cancel := context.WithCancel(context.Background())
	defer cancel()
	limit := time.AfterFunc(tellTimeout, cancel)
	defer limit.Stop()
	message, err := l.conn.Writer(writing, websocket.MessageText)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(message, part)
	_, _ = out.WriteString(`{"type":2,"data":"[`) // Flush returns its error
	separator := ""
	for ref := range refs {
		limit.Reset(tellTimeout)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, _ = out.WriteString(separator)
		if err := l.writeBlock(out, ref); err != nil {
			return err
		}
		separator = ","
	}
	_, _ = out.WriteString(`]"}`)
	if err := out.Flush(); err != nil {
		return err
	}
	return message.Close()
}

// writeBlock writes a block in a JSON string.
func (l *listener) writeBlock(out io.Writer, ref chain.Ref) error {
	block, err := l.block(ref.ID)
	if err != nil {
		return err
	}
	text, err := unescaped(block)
	if err == nil {
		_, err = inString.WriteString(out, string(text))
	}
	return err
}
