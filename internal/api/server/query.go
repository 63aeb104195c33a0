package server

import (
	"bufio"
	"context"
	"encoding/json"
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
// keys beside the type, such as "data": null. What has no such type is ignored, and so
// are blocks that are not taken.
func (l *listener) listenTo(text []byte) error {
	var message map[string]json.RawMessage
	if strictjson.Unmarshal(text, &message) != nil {
		return nil
	}
	switch string(message["type"]) {
	case "0", `"QUERY_LATEST"`:
		return l.ask(queryLatest)
	case "1", `"QUERY_ALL"`:
		return l.ask(queryAll)
	case "2", `"RESPONSE_BLOCKCHAIN"`:
		if l.take != nil {
			l.take(message["data"])
		}
	}
	return nil
}

// ask hands a query over to push, which may be busy with an answer that takes long.
func (l *listener) ask(q query) error {
	select {
	case l.asked <- q:
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
