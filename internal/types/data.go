package types

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxDataDepth bounds how deep Data's lists and objects nest. Data is shown
// inside a transaction in a block in a chain, and readers of JSON give up at
// some depth, Go's at 10,000 and others at 64: without a bound, one transaction
// could make a chain that no API can show.
const maxDataDepth = 32

// ErrDepth means that Data nests deeper than that.
var ErrDepth = errors.New("nested too deep")

// CompactJSON strips white space between the tokens of one JSON value, the
// only form that a transaction's Data may have. Empty input and null are no
// data.
func CompactJSON(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, nil
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%w: data is not UTF-8", ErrJSON)
	}
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		return nil, fmt.Errorf("%w: data: %w", ErrJSON, err)
	}
	compact := out.Bytes()
	if string(compact) == "null" {
		return nil, nil
	}
	if depth := depthOf(compact); depth > maxDataDepth {
		return nil, fmt.Errorf("%w: data is %w: %d levels, at most %d", ErrJSON, ErrDepth, depth, maxDataDepth)
	}
	return compact, nil
}

// IsCompactJSON reports whether data is empty or what CompactJSON would make
// of it.
func IsCompactJSON(data []byte) bool {
	compact, err := CompactJSON(data)
	return err == nil && bytes.Equal(compact, data)
}

// depthOf is how many lists and objects stand in one another in valid JSON.
func depthOf(text []byte) (deepest int) {
	level, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++ // what is escaped ends no string
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']' || c == '}':
			level--
		}
	}
	return deepest
}
