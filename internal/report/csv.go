package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/types"
)

// csvColumns are the names of the columns. Times are in RFC 3339, durations in seconds;
// what is not known is empty.
var csvColumns = []string{
	"hash", "index", "previous_hash", "time", "miner", "name", "fate", "without_pause", "search_seconds", "hashes",
	"size", "transactions", "difficulty", "nodes_reached", "nodes_there", "half_seconds", "ninety_seconds",
}

// WriteCSV writes a line for each block, in the order in which they were found. The error
// is that of w.
func (r *Report) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(csvColumns); err != nil {
		return err
	}
	for _, b := range r.Blocks {
		if err := out.Write(b.row()); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (b *Block) row() []string {
	searched := b.Seconds > 0 || b.Hashes > 0
	return []string{
		b.Hash.String(), strconv.FormatUint(b.Index, 10), b.Previous.String(), b.Found.UTC().Format(time.RFC3339Nano),
		account(b.Miner), harmless(b.Name), b.Fate, strconv.FormatBool(b.Chanced), ifKnown(b.Seconds, searched),
		ifKnown(float64(b.Hashes), searched), ifKnown(float64(b.Size), b.Size > 0), strconv.Itoa(b.Transactions), decimal(b.Difficulty),
		strconv.Itoa(b.Nodes), strconv.Itoa(b.Of), decimal(b.Half), decimal(b.Ninety),
	}
}

func decimal(value *float64) string {
	if value == nil {
		return ""
	}
	return strconv.FormatFloat(*value, 'f', -1, 64)
}

func account(of types.Address) string {
	if of == (types.Address{}) {
		return ""
	}
	return of.String()
}

func ifKnown(value float64, known bool) string {
	if !known {
		return ""
	}
	return decimal(&value)
}

// harmless is a text that no spreadsheet takes for a formula.
func harmless(text string) string {
	if strings.HasPrefix(strings.TrimSpace(text), "=") || strings.ContainsAny(firstOf(text), "+-@\t\r") {
		return "'" + text
	}
	return text
}

func firstOf(text string) string { return text[:min(1, len(text))] }
