package protocol

import (
	"time"

	"networkmngr/internal/types"
)

// maxDiscouraged bounds the nodes that are remembered as discouraged.
const maxDiscouraged = 4096

// discouraged remembers how often a node was dropped as it was of no use: it withheld
// what it had announced, or claimed what it does not have.
type discouraged map[types.NodeID]discouragement

type discouragement struct {
	count int
	last  time.Time
}

// add notes one more, and returns how long the node has to wait. A discouragement is
// forgiven once nothing followed it for three times the longest wait.
func (l discouraged) add(id types.NodeID, now time.Time, config Config) time.Duration {
	before, ok := l[id]
	if now.Sub(before.last) > 3*config.Ban {
		before.count = 0
	}
	if !ok && len(l) >= maxDiscouraged {
		l.evict()
	}
	l[id] = discouragement{before.count + 1, now}
	return min(config.Discourage<<min(before.count, 20), config.Ban)
}

// evict forgets the oldest one.
func (l discouraged) evict() {
	var oldest types.NodeID
	for id, lapse := range l {
		if last := l[oldest].last; last.IsZero() || lapse.last.Before(last) || lapse.last.Equal(last) && id.Compare(oldest) < 0 {
			oldest = id
		}
	}
	delete(l, oldest)
}
