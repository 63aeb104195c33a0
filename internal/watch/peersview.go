package watch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/events"
)

// peersPage is a node's links, as it told of them.
type peersPage struct {
	api.NodePeers
	at   time.Time // when it was asked
	from int
}

// telling is what a node told of its links.
type telling struct {
	page *peersPage
	err  error
}

func (p *peersPage) scroll() *int { return &p.from }

// askPeers asks the chosen node, by way of the manager, with whom it is linked.
func (s *screen) askPeers() tea.Cmd {
	n := s.node(s.chosen)
	switch {
	case n == nil:
		s.message = message{errNothing.Error(), true}
		return nil
	case s.manager == nil:
		s.message = message{errNobody.Error(), true}
		return nil
	}
	ctx, manager, name := s.ctx, s.manager, n.Name
	return func() tea.Msg {
		page, err := peersOf(ctx, manager, name)
		return telling{page, err}
	}
}

func peersOf(ctx context.Context, manager *client.Manager, name string) (*peersPage, error) {
	now, err := manager.Peers(ctx)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(now.Nodes, func(n api.NodePeers) bool { return n.Node == name })
	if at < 0 {
		return nil, fmt.Errorf("%s does not answer", name)
	}
	page := &peersPage{NodePeers: now.Nodes[at], at: time.Now()}
	slices.SortFunc(page.Peers, func(a, b api.PeerLink) int { return events.CompareNames(nameOf(a), nameOf(b)) })
	return page, nil
}

// showPeers shows what a node told, or why it did not.
func (s *screen) showPeers(t telling) {
	if t.err != nil {
		s.message = message{"peers: " + why(t.err), true}
		return
	}
	s.over = t.page
}

// nameOf is a peer's name here, or the beginning of its id.
func nameOf(p api.PeerLink) string {
	if p.Node != nil {
		return *p.Node
	}
	return p.ID.Short()
}

func (p *peersPage) lines(s *screen, columns int) []string {
	lines := []string{
		s.look.title.Render("Peers of "+plain(p.Node)) + "  " + counted(len(p.Peers)+p.More, "link") + " at " + p.at.Local().Format(time.TimeOnly) + ", P asks again", "",
		s.look.faint.Render(peerRow("peer", "type", "latency", "sent", "received", "height") + "  group, kept as"),
	}
	for _, link := range p.Peers {
		lines = append(lines, cut(peerLine(link), columns))
	}
	if p.More > 0 {
		lines = append(lines, s.look.faint.Render(fmt.Sprintf("  and %d more", p.More)))
	}
	return lines
}

// peerLine is what a node told of one link.
func peerLine(p api.PeerLink) string {
	latency := "-"
	if p.Latency != nil {
		latency = fmt.Sprintf("%.1f ms", p.Latency.Last*1000)
	}
	row := peerRow(plain(nameOf(p)), p.Type, latency, kilobytes(p.Sent), kilobytes(p.Received), fmt.Sprint(p.Height))
	return row + "  " + plain(cmp.Or(p.Group, "-")) + " " + plain(cmp.Or(p.Kept, "-"))
}

func peerRow(name, kind, latency, sent, received, height string) string {
	return "  " + fit(name, maxName) + " " + fit(plain(kind), len("outbound")) + fitRight(latency, 11) + fitRight(sent, 11) + fitRight(received, 11) + fitRight(height, 8)
}

func kilobytes(bytes int64) string { return fmt.Sprintf("%.1f kB", float64(bytes)/1000) }
