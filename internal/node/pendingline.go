package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// pendingForm is a line of pending.jsonl: a transfer in the form of
// types.SignedTransfer that was promised to be kept, or one that a reorg undid, or
// the tip at which the file was written anew. The checksum is of the text of these,
// byte for byte.
type pendingForm struct {
	Sum      string          `json:"crc32c"` // in hex
	Transfer json.RawMessage `json:"transfer"`
	Undone   json.RawMessage `json:"undone"`
	Tip      json.RawMessage `json:"tip"`
}

// content is what the line says, and nothing if it says several things.
func (f *pendingForm) content() (text json.RawMessage) {
	for _, part := range []json.RawMessage{f.Transfer, f.Undone, f.Tip} {
		if text != nil && part != nil {
			return nil
		}
		if part != nil {
			text = part
		}
	}
	return text
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(text []byte) string { return fmt.Sprintf("%08x", crc32.Checksum(text, castagnoli)) }

// transferLine is the line of a transfer that is local, or was undone.
func transferLine(network types.Hash, t types.Transaction, local bool) []byte {
	key := "undone"
	if local {
		key = "transfer"
	}
	text, err := types.SignedTransfer{Network: network, Transaction: t}.MarshalJSON()
	if err != nil {
		panic(err) // what the pool took is a JSON value
	}
	return fmt.Appendf(nil, "{\"crc32c\":%q,%q:%s}\n", checksum(text), key, text)
}

func tipLine(tip types.Hash) []byte {
	text := fmt.Appendf(nil, "%q", tip)
	return fmt.Appendf(nil, "{\"crc32c\":%q,\"tip\":%s}\n", checksum(text), text)
}

// pendingLine is a line with a transfer.
type pendingLine struct {
	text     []byte
	at       int64      // where it begins in the file, in bytes
	network  types.Hash // of the genesis block
	transfer types.Transaction
	local    bool
}

// pendingLines is what a pending.jsonl says.
type pendingLines struct {
	tip        types.Hash // zero if none is told
	transfers  []pendingLine
	damaged    [][]byte // lines that cannot be read
	unfinished bool     // the last line has no end, as a write may have been cut short
	size       int64    // in bytes
}

// parsePending reads the text of a pending.jsonl. Nobody was told of what is in a
// last line that came to the disk in part.
func parsePending(text []byte) (p pendingLines) {
	for line := range bytes.Lines(text) {
		p.unfinished = !bytes.HasSuffix(line, []byte("\n"))
		if err := p.parse(line); err != nil && !p.unfinished {
			p.damaged = append(p.damaged, line)
		}
		p.size += int64(len(line))
	}
	return p
}

func (p *pendingLines) parse(line []byte) error {
	var form pendingForm
	if err := strictjson.Unmarshal(line, &form); err != nil {
		return err
	}
	content := form.content()
	if sum := checksum(content); sum != form.Sum {
		return fmt.Errorf("checksum is %s, want %s", sum, form.Sum)
	}
	if form.Tip != nil {
		return strictjson.Unmarshal(content, &p.tip)
	}
	var request types.TransferRequest
	if err := strictjson.Unmarshal(content, &request); err != nil {
		return err
	}
	if request.Signed == nil || request.Network == nil {
		return fmt.Errorf("%w: want a network and a signed transfer", types.ErrJSON)
	}
	p.transfers = append(p.transfers, pendingLine{line, p.size, *request.Network, *request.Signed, form.Transfer != nil})
	return nil
}
