package linkfaults

import (
	"context"

	"networkmngr/internal/api"
	"networkmngr/internal/faults"
	"networkmngr/internal/links"
	"networkmngr/internal/types"
)

// Links returns what is asked of links, and what they achieve: of those of the node of a name,
// or if that is empty of all.
func (f *Faults) Links(ctx context.Context, only string) api.NetworkLinks {
	planned := f.plan(f.members())
	answer := api.NetworkLinks{Generation: planned.asked.Generation, Links: []api.NetworkLink{}, Unknown: []string{}}
	seen := f.askLinks(ctx)
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
	return answer
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
func (f *Faults) askLinks(ctx context.Context) map[string]map[string]*api.Achieved {
	nodes, names := f.Network.Running(), make(map[types.NodeID]string)
	for name, id := range f.PeerIDs() {
		names[id] = name
	}
	seen := make(map[string]map[string]*api.Achieved)
	for i, answer := range askAll(ctx, f.Limits.Look, nodes, Node.Links) {
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
