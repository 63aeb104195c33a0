package load

import (
	"maps"
	"time"

	"networkmngr/internal/types"
)

// Report accounts for all transfers that were sent.
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
	WronglyAccepted int            `json:"wrongly_accepted"` // though they break a rule
	Refused         map[string]int `json:"refused"`          // by code
	GoodRefused     int            `json:"good_refused"`     // of them, those that break no rule
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

func (r *results) report(config Options, took time.Duration, t *tracker, rest missing) Report {
	r.mu.Lock()
	defer r.mu.Unlock()
	report := Report{
		Seed: config.Seed, Rate: config.Rate, Seconds: took.Seconds(), Nodes: len(config.Nodes), Senders: len(config.Senders),
		Sent: len(r.delays), Achieved: float64(len(r.delays)) / took.Seconds(),
		Accepted: len(r.sentAt), Pending: rest.pending, Lost: len(rest.lost), LostIDs: append([]types.Hash{}, rest.lost...),
		WronglyAccepted: r.wrong, Refused: maps.Clone(r.refusals), GoodRefused: r.good, Failed: r.failures,
		Answer: quantiles(r.answers), Blocks: t.follower.Height() - t.first, Reverted: t.reverted,
	}
	if r.failure != nil {
		report.Failure = r.failure.Error()
	}
	var waits []time.Duration
	for id, sent := range r.sentAt {
		if seen := r.inBlocks[id]; !seen.IsZero() {
			waits = append(waits, seen.Sub(sent))
		}
	}
	for _, delay := range r.delays {
		if delay > late {
			report.Late++
		}
	}
	report.Included, report.Inclusion = len(waits)+rest.confirmed, quantiles(waits)
	return report
}
