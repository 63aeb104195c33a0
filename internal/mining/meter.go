package mining

import (
	"sync"
	"time"
)

// window is how much searching an achieved hash rate is measured over, at least.
const window = 5 * time.Second

// Achieved is what a worker has done.
type Achieved struct {
	Searching bool // there is a job now
	// Hashrate is hashes a second over the last 5 to 10 seconds of search, pauses
	// within a search included; 0 before the first one.
	Hashrate float64
	Hashes   uint64 // so far
	Blocks   uint64 // that have become the tip, so far
	Solver   string // "cpu" for real hashes, "paced" for such as were waited for instead
}

// meter measures a worker.
type meter struct {
	mu           sync.Mutex // guards what follows
	achieved     Achieved   // but for Hashrate
	power        Power      // of the last job
	recent, last stretch    // of search with power
}

// stretch is a part of a search.
type stretch struct {
	hashes uint64
	took   time.Duration
}

// begin says that there is a job now, or none.
func (m *meter) begin(job Job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.achieved.Searching = job.Blocks > 0
	m.achieved.Solver = job.Power.Name()
	if job.Power != m.power {
		m.power, m.recent, m.last = job.Power, stretch{}, stretch{}
	}
}

// searched counts what a search has done.
func (m *meter) searched(hashes uint64, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.achieved.Hashes += hashes
	if m.recent.took >= window {
		m.last, m.recent = m.recent, stretch{}
	}
	m.recent.hashes += hashes
	m.recent.took += took
}

// mined counts blocks.
func (m *meter) mined(blocks int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.achieved.Blocks += uint64(blocks)
}

func (m *meter) read() Achieved {
	m.mu.Lock()
	defer m.mu.Unlock()
	achieved := m.achieved
	if took := m.recent.took + m.last.took; took > 0 {
		achieved.Hashrate = float64(m.recent.hashes+m.last.hashes) / took.Seconds()
	}
	return achieved
}
