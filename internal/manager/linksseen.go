package manager

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/links"
	"networkmngr/internal/types"
)

// handleLinks answers with what is asked of links, and what they achieve.
func (m *Manager) handleLinks(c *gin.Context) error {
	only := ""
	if reference, given := c.GetQuery("node"); given {
		target, err := m.find(reference)
		if err != nil {
			return err
		}
		only = target.Name()
	}
	planned := m.linkFaults.plan(m.faultMembers())
	answer := api.NetworkLinks{Generation: planned.asked.Generation, Links: []api.NetworkLink{}, Unknown: []string{}}
	seen := m.askLinks(c.Request.Context())
	for _, rows := range planned.plan.Nodes {
		achieved, known := seen[rows.Node]
		if !known {
			answer.Unknown = append(answer.Unknown, rows.Node)
		}
		for _, link := range linksOf(rows, planned.plan, achieved) {
			switch {
			case only != "" && link.From != only && link.To != only:
			case len(answer.Links) == api.MaxNetworkLinks:
				answer.More++
			default:
				answer.Links = append(answer.Links, link)
			}
		}
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// linksOf are the directions from a node that have a fault, or are there.
func linksOf(rows faults.Rows, plan faults.Plan, achieved map[string]*api.Achieved) (list []api.NetworkLink) {
	asked := make(map[string]links.Link)
	for _, row := range rows.Links {
		asked[row.Peer] = row.Link
	}
	for _, to := range plan.Nodes {
		link, ruled := asked[to.Node]
		if !ruled {
			link = rows.Others
		}
		if is := achieved[to.Node]; to.Node != rows.Node && (is != nil || !link.IsZero()) {
			list = append(list, api.NetworkLink{From: rows.Node, To: to.Node, Asked: link, Achieved: is})
		}
	}
	return list
}

// askLinks asks all nodes that answer what their links achieve, within bounds, and returns
// that by the names of node and peer.
func (m *Manager) askLinks(ctx context.Context) map[string]map[string]*api.Achieved {
	ctx, cancel := context.WithTimeout(ctx, m.limits.look)
	defer cancel()
	nodes, names := m.running(), make(map[types.NodeID]string)
	for name, id := range m.peerIDs() {
		names[id] = name
	}
	answers := make([]*api.NodeLinks, len(nodes))
	_ = each(ctx, len(nodes), func(ctx context.Context, i int) error {
		ctx, cancel := nodes[i].whileAnswering(ctx)
		defer cancel()
		if answer, err := nodes[i].client.Links(ctx); err == nil {
			answers[i] = &answer
		}
		return nil // who does not answer is named as such
	})
	seen := make(map[string]map[string]*api.Achieved)
	for i, answer := range answers {
		if answer == nil {
			continue
		}
		achieved := make(map[string]*api.Achieved)
		for _, link := range answer.Links {
			achieved[names[link.Peer]] = newAchieved(link)
		}
		seen[nodes[i].Name()] = achieved
	}
	return seen
}

func newAchieved(l api.NodeLink) *api.Achieved {
	return &api.Achieved{
		Outbound: l.Outbound, Since: l.Since, Queued: l.Queued, InFlight: l.InFlight,
		Frames: l.Frames, Dropped: l.Dropped, Delay: l.Delay, Bandwidth: l.Bandwidth,
	}
}
