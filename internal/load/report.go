package load

import (
	"maps"
	"time"

	"networkmngr/internal/types"
)

// Report is what has become of all that was sent.
type Report struct {
	Seed    uint64  `json:"seed"`
	Rate    int     `json:"rate"`    // asked for, transfers a second
	Seconds float64 `json:"seconds"` // that sending took
	Nodes   int     `json:"nodes"`
	Senders int     `json:"senders"`

	Sent     int     `json:"sent"`
	Achieved float64 `json:"achieved_rate"`
	Late     int     `json:"late"` // sent more than 0.1 s after their time

	Accepted        int            `json:"accepted"`
	Included        int            `json:"included"` // in blocks
	Pending         int            `json:"pending"`
	Lost            int            `json:"lost"` // accepted, and neither
	LostIDs         []types.Hash   `json:"lost_ids"`
	WronglyAccepted int            `json:"wrongly_accepted"` // that break a rule
	Refused         map[string]int `json:"refused"`          // by code
	GoodRefused     int            `json:"good_refused"`     // of them, those that were not meant to be
	Failed          int            `json:"failed"`           // requests without an answer
	Failure         string         `json:"failure"`          // the last one's reason

	Answer    Quantiles `json:"answer"`    // until accepted
	Inclusion Quantiles `json:"inclusion"` // until seen in a block
	Blocks    uint64    `json:"blocks"`    // by which the chain grew
	Reverted  int       `json:"reverted"`  // blocks that a reorg undid
}

// Quantiles are in seconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func (t *tally) report(config Config, took time.Duration, w *watch, rest missing) Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := Report{
		Seed: config.Seed, Rate: config.Rate, Seconds: took.Seconds(), Nodes: len(config.Nodes), Senders: len(config.Senders),
		Sent: len(t.delays), Achieved: float64(len(t.delays)) / took.Seconds(),
		Accepted: len(t.sentAt), Pending: rest.pending, Lost: len(rest.lost), LostIDs: append([]types.Hash{}, rest.lost...),
		WronglyAccepted: t.wrong, Refused: maps.Clone(t.refusals), GoodRefused: t.good, Failed: t.failures,
		Answer: quantiles(t.answers), Blocks: w.follower.Height() - w.first, Reverted: w.reverted,
	}
	if t.failure != nil {
		r.Failure = t.failure.Error()
	}
	var waits []time.Duration
	for id, sent := range t.sentAt {
		if seen := t.inBlocks[id]; !seen.IsZero() {
			waits = append(waits, seen.Sub(sent))
		}
	}
	for _, delay := range t.delays {
		if delay > late {
			r.Late++
		}
	}
	r.Included, r.Inclusion = len(waits)+rest.confirmed, quantiles(waits)
	return r
}
