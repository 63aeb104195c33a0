package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// chainReader reads the form of GET /chain block by block, and checks of each
// block all that its own bytes and the headers below it tell. So whoever sends
// something that is no chain pays, in proof of work, for what it costs us.
type chainReader struct {
	genesis *consensus.Genesis
	meter   *meter
	dec     *json.Decoder
	state   consensus.State // after blocks
	blocks  []types.Block
	length  *uint64
}

// readChain reads a request's body.
func readChain(c *gin.Context, genesis *consensus.Genesis) ([]types.Block, error) {
	m := &meter{from: strictjson.Unmarked(c.Request.Body), limit: blockBody}
	r := &chainReader{genesis: genesis, meter: m, dec: json.NewDecoder(m)}
	if err := r.readObject(); err != nil {
		return nil, err
	}
	if err := strictjson.Ended(r.dec); err != nil {
		return nil, err
	}
	if r.length != nil && *r.length != uint64(len(r.blocks)) {
		return nil, fmt.Errorf("%w: length is %d, the chain has %d blocks", httpserver.ErrMalformed, *r.length, len(r.blocks))
	}
	return r.blocks, httpserver.Arrived(c)
}

// next reads one token and checks that it is want.
func (r *chainReader) next(want json.Delim) error {
	token, err := r.dec.Token()
	if err != nil {
		return strictjson.Malformed(err)
	}
	if token != want {
		return fmt.Errorf("%w: want {\"length\": n, \"chain\": [block, ...]}", httpserver.ErrMalformed)
	}
	return nil
}

func (r *chainReader) readObject() error {
	if err := r.next('{'); err != nil {
		return err
	}
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return strictjson.Malformed(err)
		}
		key, _ := token.(string)
		if err := r.readField(key); err != nil {
			return err
		}
	}
	return r.next('}')
}

func (r *chainReader) readField(key string) error {
	switch {
	case key != "length" && key != "chain":
		return strictjson.Malformed(strictjson.UnknownKey(key, []string{"chain", "length"}))
	case key == "chain" && r.blocks == nil:
		return r.readBlocks()
	case key == "chain" || r.length != nil:
		return strictjson.Malformed(strictjson.DuplicateKey(key))
	}
	r.length = new(uint64)
	if err := r.dec.Decode(r.length); err != nil {
		return fmt.Errorf("length: %w", strictjson.Malformed(err))
	}
	return nil
}

func (r *chainReader) readBlocks() error {
	if err := r.next('['); err != nil {
		return err
	}
	r.blocks = []types.Block{}
	for r.dec.More() {
		r.meter.limit = r.dec.InputOffset() + blockBody
		var b types.Block
		if err := r.dec.Decode(&b); err != nil {
			return fmt.Errorf("block %d: %w", len(r.blocks), strictjson.Malformed(err))
		}
		if err := r.take(b); err != nil {
			return err
		}
	}
	return r.next(']')
}

// take checks the next block and keeps it.
func (r *chainReader) take(b types.Block) error {
	at := chain.Ref{Height: uint64(len(r.blocks)), ID: b.Hash()}
	if at.Height == 0 {
		if !bytes.Equal(b.Encode(), r.genesis.Block.Encode()) {
			return fmt.Errorf("%w: the chain must start with the genesis block %s", consensus.ErrGenesis, r.genesis.Params.GenesisID)
		}
		r.state = r.genesis.State()
	} else {
		if err := r.state.CheckHeader(b.Header); err != nil {
			return &chain.BlockError{Ref: at, Err: err}
		}
		if err := consensus.CheckBlock(&b); err != nil {
			return &chain.BlockError{Ref: at, Err: err}
		}
		r.state = r.state.After(b.Header)
	}
	r.blocks = append(r.blocks, b)
	return nil
}

// meter lets through what stands before limit, which its user moves on from
// block to block. It fills what it is given: encoding/json looks again at all
// the white space that it holds after each read, and must not have to do so
// for every few bytes.
type meter struct {
	from        io.Reader
	read, limit int64
}

func (m *meter) Read(p []byte) (int, error) {
	left := m.limit - m.read
	if left <= 0 {
		return 0, fmt.Errorf("%w: a block may have %d bytes of JSON", httpserver.ErrTooLarge, blockBody)
	}
	n, err := io.ReadFull(m.from, p[:min(int64(len(p)), left)])
	m.read += int64(n)
	if n > 0 {
		return n, nil // the next call will meet what ended this one
	}
	return n, err
}
