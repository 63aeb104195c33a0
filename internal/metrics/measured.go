package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// measured is what no event tells of a node's work. Its methods may be called from any
// goroutine.
type measured struct {
	validation    *prometheus.HistogramVec
	check, commit prometheus.Histogram
	failedDials   *prometheus.CounterVec
}

func newMeasured() measured {
	return measured{
		validation: histograms("chain_block_validation_seconds",
			"Time that a new block took, by phase: the rules on its header, all others, and until it was in the file; of several together, their mean.", work, "phase"),
		check:       histogram("chain_transaction_validation_seconds", "Time that it took to check a transfer for the mempool.", work),
		commit:      histogram("store_commit_seconds", "Time that a transaction of the store took until it was in the file.", work),
		failedDials: counters("p2p_dials_failed_total", "Dials of peers' addresses that failed.", "reason"),
	}
}

// collectors are all of them, with the series that have counted nothing yet.
func (m *measured) collectors(labels Labels) []prometheus.Collector {
	for _, phase := range labels.Phases {
		m.validation.WithLabelValues(phase)
	}
	for _, failure := range labels.Failures {
		m.failedDials.WithLabelValues(failure)
	}
	return []prometheus.Collector{m.validation, m.check, m.commit, m.failedDials}
}

// CountBlocks counts new blocks that are through a phase, which took so long for all of
// them together.
func (m *measured) CountBlocks(phase string, blocks int, took time.Duration) {
	of := m.validation.WithLabelValues(phase)
	for range blocks {
		of.Observe(took.Seconds() / float64(blocks))
	}
}

// CountCheck counts a transfer that was checked.
func (m *measured) CountCheck(took time.Duration) { m.check.Observe(took.Seconds()) }

// CountCommit counts a transaction of the store.
func (m *measured) CountCommit(took time.Duration) { m.commit.Observe(took.Seconds()) }

// CountFailedDial counts a dial that failed.
func (m *measured) CountFailedDial(failure string) { m.failedDials.WithLabelValues(failure).Inc() }
