package types

import (
	"bytes"
	"errors"
	"fmt"
)

// maxDataDepth bounds how deep Data's lists and objects nest. Data is shown
// inside a transaction in a block in a chain, and readers of JSON give up at
// some depth, Go's at 10,000 and others at 64: without a bound, one transaction
// could make a chain that no API can show.
const maxDataDepth = 32

var (
	// ErrDepth means that Data nests deeper than maxDataDepth.
	ErrDepth = errors.New("nested too deep")
	// ErrIJSON means that Data is JSON that not every reader accepts, or in
	// which two readers can see two values.
	ErrIJSON = errors.New("not I-JSON (RFC 7493)")
)

// CompactJSON strips white space between the tokens of one value of I-JSON,
// the only form that a transaction's Data may have. Empty input and null are
// no data. The error wraps ErrJSON, and ErrDepth or ErrIJSON where the text is
// JSON.
func CompactJSON(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, nil
	}
	compact, err := compactIJSON(text)
	if err != nil {
		return nil, fmt.Errorf("%w: data: %w", ErrJSON, err)
	}
	if string(compact) == "null" {
		return nil, nil
	}
	return compact, nil
}

// CheckData checks that data is what a transaction may carry: nothing, or what
// CompactJSON would make of it. The error is as CompactJSON's.
func CheckData(data []byte) error {
	compact, err := CompactJSON(data)
	if err != nil {
		return err
	}
	if !bytes.Equal(compact, data) {
		return fmt.Errorf("%w: data is null or has white space between its tokens, want it left out or compact", ErrJSON)
	}
	return nil
}
