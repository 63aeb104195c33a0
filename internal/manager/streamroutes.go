package manager

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/events/state"
	"networkmngr/internal/httpserver"
)

func (m *Manager) handleEvents(c *gin.Context) error { return m.stream.Feed.Answer(c) }

func (m *Manager) handleTip(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, tipsNow(m.stream.State()))
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
