package manager

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/events/state"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
)

// TipsNow answers GET /tip.
type TipsNow struct {
	Agree bool     `json:"agree"` // every tip is known and the same
	Tips  []TipNow `json:"tips"`  // of the running nodes
}

// TipNow is the last block of a node's chain, as far as it is known.
type TipNow struct {
	Node      string      `json:"node"` // name
	Index     *uint64     `json:"index"`
	Hash      *types.Hash `json:"hash"`
	TotalWork string      `json:"total_work"` // expected hashes, decimal
}

func (m *Manager) handleEvents(c *gin.Context) error { return m.watcher.feed.Answer(c) }

func (m *Manager) handleState(c *gin.Context) error {
	httpserver.Answer(c, http.StatusOK, m.watcher.state())
	return nil
}

func (m *Manager) handleTip(c *gin.Context) error {
	httpserver.Answer(c, http.StatusOK, tipsNow(m.watcher.state()))
	return nil
}

func tipsNow(now state.State) TipsNow {
	answer := TipsNow{Agree: true, Tips: []TipNow{}}
	for _, n := range now.Nodes {
		if n.State == state.Down {
			continue
		}
		tip := TipNow{Node: n.Name, TotalWork: n.Work}
		if n.Tip != nil {
			tip.Index, tip.Hash = &n.Tip.Index, &n.Tip.Hash
		}
		answer.Tips = append(answer.Tips, tip)
		first := answer.Tips[0].Hash
		answer.Agree = answer.Agree && tip.Hash != nil && first != nil && *tip.Hash == *first
	}
	return answer
}
