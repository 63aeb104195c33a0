package manager

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events/state"
	"networkmngr/internal/httpserver"
)

func (m *Manager) handleEvents(c *gin.Context) error { return m.watcher.feed.Answer(c) }

// handleState answers for now, or for after an event of the past.
func (m *Manager) handleState(c *gin.Context) error {
	if _, given := c.GetQuery("at"); !given {
		return httpserver.Answer(c, http.StatusOK, m.watcher.state())
	}
	at, err := httpserver.Number(c, "at", 0, 1, m.watcher.log.Shown())
	if err != nil {
		return err
	}
	then, err := m.watcher.past.At(c.Request.Context(), at)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusOK, then)
}

func (m *Manager) handleTip(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, tipsNow(m.watcher.state()))
}

func tipsNow(now state.State) api.TipsNow {
	answer := api.TipsNow{Agree: true, Tips: []api.NodeTipNow{}}
	for _, n := range now.Nodes {
		if n.State == state.Down {
			continue
		}
		tip := api.NodeTipNow{Node: n.Name, TotalWork: n.Work}
		if n.Tip != nil {
			tip.Index, tip.Hash = &n.Tip.Index, &n.Tip.Hash
		}
		answer.Tips = append(answer.Tips, tip)
		first := answer.Tips[0].Hash
		answer.Agree = answer.Agree && tip.Hash != nil && first != nil && *tip.Hash == *first
	}
	return answer
}
