package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/events"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/printable"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
)

// errNetworkDown means that the network's last event was read.
var errNetworkDown = errors.New("the network has ended")

// eventQuery is what the flags of "events" ask for.
type eventQuery struct {
	follow             bool
	from, types, nodes string
}

func eventsCommand() *cobra.Command {
	var q eventQuery
	command := &cobra.Command{
		Use:   "events",
		Short: "Show what happens in the network, in one order",
		Long: `Show what happens in the network, in one order: nodes that come and go, links,
blocks, tips, reorgs, mining and more. Each event has an offset, from 1 on and
also over restarts of a network with a data folder.

With --follow, it goes on where it was when the connection breaks, and ends when
the network does. With --json, one object on each line, as of GET /events.`,
		Example: `  networkmngr events -f
  networkmngr events --types tip-moved,reorg --nodes n0,n3
  networkmngr events -f --from start --json | jq -r .type`,
	}
	flags := command.Flags()
	flags.BoolVarP(&q.follow, "follow", "f", false, "go on with what comes, until Ctrl-C")
	flags.StringVar(&q.from, "from", "", "`offset` to begin with, start or now (default start, and now with --follow)")
	flags.StringVar(&q.types, "types", "", "only these `types`, with commas between them; default for all that are not told on request only, and a minus before one that is left out")
	flags.StringVar(&q.nodes, "nodes", "", "only events of these `nodes`, by name or port, with commas between them")
	onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		p := &eventPrinter{out: out, names: n.names(ctx)}
		if q.follow {
			return n.explain(n.followEvents(ctx, q, p))
		}
		return n.explain(n.listEvents(ctx, q, p))
	})
	run := command.RunE
	command.RunE = func(command *cobra.Command, args []string) error { return keptAt(command, run(command, args)) }
	return command
}

// keptAt says, where no network runs, in which folder the events of one that ended are.
func keptAt(command *cobra.Command, err error) error {
	if !errors.Is(err, errNoNetwork) {
		return err
	}
	settings, invalid := config.LoadClient(command.Flags())
	if invalid != nil {
		return err
	}
	record, unknown := recordOf(settings.Manager.Log.Folder, settings.URL)
	if unknown != nil || record == nil || record.Events == "" {
		return err
	}
	return fmt.Errorf("%w; the events of the one that ended are in %s, and networkmngr report tells of them", err, record.Events)
}

// values are the query of GET /events.
func (q eventQuery) values(from string) url.Values {
	values := url.Values{"from": {from}}
	if q.from != "" {
		values.Set("from", q.from)
	}
	for name, list := range map[string]string{"types": q.types, "nodes": q.nodes} {
		if list != "" {
			values.Set(name, list)
		}
	}
	return values
}

// names are those of the nodes by id. Without them, ids are shown.
func (n *network) names(ctx context.Context) map[string]string {
	names := make(map[string]string)
	now, err := n.client.State(ctx)
	if err != nil {
		return names
	}
	for _, node := range now.Nodes {
		names[node.ID.String()] = node.Name
	}
	return names
}

// listEvents prints what has happened.
func (n *network) listEvents(ctx context.Context, q eventQuery, p *eventPrinter) error {
	return n.eachEvent(ctx, q.values("start"), p.print)
}

// eachEvent hands over what has happened, by the parameters of GET /events.
func (n *network) eachEvent(ctx context.Context, query url.Values, take func(*events.Record) error) error {
	query.Set("limit", "1000")
	for {
		page, err := n.client.EventPage(ctx, query)
		if err != nil || len(page.Events) == 0 {
			return err
		}
		for _, text := range page.Events {
			record, err := events.ParseRecord(text)
			if err != nil {
				return err
			}
			if err := take(record); err != nil {
				return err
			}
		}
		query.Set("from", strconv.FormatUint(page.Next, 10))
	}
}

// followEvents prints what happens until Ctrl-C or the network's end.
func (n *network) followEvents(ctx context.Context, q eventQuery, p *eventPrinter) error {
	connected, down := false, false
	err := n.client.Follow(ctx, &httpclient.Follow{
		Query: q.values("now"),
		Take: func(e httpclient.Followed) error {
			connected, down = true, e.Type == events.NetworkDown{}.Type()
			return p.print(e.Record)
		},
		Lost: func(err error) error {
			switch {
			case down:
				return errNetworkDown
			case !connected:
				return err
			}
			return nil
		},
	})
	if errors.Is(err, errNetworkDown) || ctx.Err() != nil {
		return nil
	}
	return err
}

// eventPrinter prints events, one on each line.
type eventPrinter struct {
	out   *terminal.Output
	names map[string]string // of nodes, by id
}

func (p *eventPrinter) print(r *events.Record) error {
	if p.out.JSON {
		_, err := p.out.Write(append(printable.JSON(r.JSON()), '\n'))
		return err
	}
	if up, ok := r.Data.(events.NodeUp); ok {
		p.names[up.ID.String()] = r.Node
	}
	if r.Type == (events.Bookmark{}).Type() {
		return nil
	}
	values, err := p.values(r)
	p.out.Printf("%s  %-4s %-17s %s\n", r.Time.Local().Format("15:04:05.000"), r.Node, string(r.Type), values)
	return err
}

// values are an event's data as key=value, in their order.
func (p *eventPrinter) values(r *events.Record) (string, error) {
	var form struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(r.JSON(), &form); err != nil {
		return "", err
	}
	var list []string
	dec := json.NewDecoder(bytes.NewReader(form.Data))
	dec.UseNumber()
	_, err := dec.Token() // {
	for err == nil && dec.More() {
		var key json.Token
		var value any
		if key, err = dec.Token(); err == nil {
			err = dec.Decode(&value)
		}
		if text := p.short(value); text != "" {
			list = append(list, fmt.Sprintf("%s=%s", key, text))
		}
	}
	return strings.Join(list, " "), err
}

// short is a value as people can take it in: of hashes the beginning, of nodes the
// name, of a block its height and hash. It is empty where there is nothing to say.
func (p *eventPrinter) short(value any) string {
	const id = 64 // digits of a hash or a node's id
	switch value := value.(type) {
	case string:
		if name := p.names[value]; name != "" {
			return name
		}
		if len(value) == id {
			return value[:12]
		}
		if address, err := types.ParseAddress(value); err == nil {
			return shortAddress(address)
		}
		if strings.Contains(value, " ") {
			return strconv.Quote(value)
		}
		return value
	case map[string]any:
		return p.short(value["index"]) + "/" + p.short(value["hash"])
	case json.Number:
		if f, err := value.Float64(); err == nil && strings.Contains(string(value), ".") {
			return strconv.FormatFloat(f, 'g', 4, 64)
		}
		return string(value)
	case nil:
		return ""
	default:
		return fmt.Sprint(value)
	}
}
