package command

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/load"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

const (
	maxRate     = 100_000
	maxAccounts = 5000
	quietMined  = 10 * time.Second // for a block to come while nodes mine
	quiet       = time.Second
)

// loadFlags is what the flags of "load" ask for.
type loadFlags struct {
	rate     int
	duration time.Duration
	seed     uint64
	accounts int
	targets  config.List
	mine     bool
}

func loadCommand() *cobra.Command {
	var l loadFlags
	command := &cobra.Command{
		Use:   "load",
		Short: "Send transfers at a steady rate, and account for each",
		Long: `Send transfers at a steady rate to all nodes, signed here for the network's
named accounts. A few in a hundred break a rule on purpose. In the end, each
that was accepted must be in the chain or pending: if any is lost, the exit code
is 1. What is late is sent all the same; the report says how many that were.
Ctrl-C ends it early: the report tells of what was seen until then, and the exit
code is 1.

With --json, the report: seed, rate, seconds, nodes, senders, sent,
achieved_rate, late, accepted, included, pending, lost, lost_ids,
wrongly_accepted, refused (by code), good_refused, failed, failure, answer and
inclusion (p50, p99 and max in seconds), blocks and reverted.`,
		Example: `  networkmngr load --rate 200 --for 30s --mine
  networkmngr load --rate 500 --for 1m --mine --accounts 100 --seed 7 --json`,
	}
	flags := command.Flags()
	flags.IntVar(&l.rate, "rate", 200, "`number` of transfers a second")
	flags.DurationVar(&l.duration, "for", 30*time.Second, "how long to send, a `duration` such as 1m")
	flags.Uint64Var(&l.seed, "seed", 0, "`number` that decides what is sent; 0 draws one")
	flags.IntVar(&l.accounts, "accounts", 0, "`number` of new accounts to send from, which the named ones fund")
	flags.Var(&l.targets, "nodes", "`names` or ports of the nodes to send to (default all that run)")
	flags.BoolVar(&l.mine, "mine", false, "have all nodes mine meanwhile")
	judgeFirst(command, l.validate)
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		if l.seed == 0 {
			l.seed = rand.Uint64()
		}
		return l.run(ctx, n, out)
	})
}

func (l *loadFlags) validate() error {
	switch {
	case l.rate < 1 || l.rate > maxRate:
		return fmt.Errorf("--rate %d: want 1 to %d", l.rate, maxRate)
	case l.duration <= 0:
		return fmt.Errorf("--for %s: want more than 0s", l.duration)
	case l.accounts < 0 || l.accounts > maxAccounts:
		return fmt.Errorf("--accounts %d: want 0 to %d", l.accounts, maxAccounts)
	}
	return nil
}

func (l *loadFlags) run(ctx context.Context, n *network, out *terminal.Output) error {
	const connections = 256 // kept to each node
	keeping := httpclient.NewHTTP(n.trust, &http.Transport{MaxIdleConnsPerHost: connections})
	defer keeping.CloseIdleConnections()
	nodes, err := l.nodes(ctx, n, keeping)
	if err != nil {
		return err
	}
	config, err := l.config(ctx, nodes)
	if err != nil {
		return err
	}
	if l.mine {
		stop, err := n.mineMeanwhile(ctx)
		if err != nil {
			return err
		}
		defer stop()
	}
	line := terminal.StatusLine{Out: out}
	config.Progress = func(p load.Progress) {
		line.Set("%s %d sent, %d accepted, %d in blocks, %d late",
			terminal.Bar(int(min(p.Elapsed, l.duration)), int(l.duration)), p.Sent, p.Accepted, p.Included, p.Late)
	}
	report, err := load.Run(ctx, config)
	line.Clear()
	if err != nil && report.Sent == 0 {
		return err
	}
	return errors.Join(err, printLoad(out, report))
}

// nodes are those that are named, each once, or all that run.
func (l *loadFlags) nodes(ctx context.Context, n *network, keeping *http.Client) ([]*client.Node, error) {
	targets := l.targets.Texts()
	if len(targets) == 0 {
		targets = []string{everyNode}
	}
	manager := client.NewManager(n.url, n.token, keeping)
	var addresses []string
	var clients []*client.Node
	for _, target := range targets {
		nodes, err := n.some(ctx, target)
		if err != nil {
			return nil, err
		}
		for _, node := range nodes {
			if !slices.Contains(addresses, node.Address) { // one may go by its name and by its port
				addresses = append(addresses, node.Address)
				clients = append(clients, manager.Node(node.Address))
			}
		}
	}
	if len(clients) == 0 {
		return nil, errNoNode
	}
	return clients, nil
}

// config is a load of the nodes' network.
func (l *loadFlags) config(ctx context.Context, nodes []*client.Node) (load.Options, error) {
	genesis, err := nodes[0].Block(ctx, "0")
	if err != nil {
		return load.Options{}, err
	}
	senders, err := l.senders(ctx, nodes[0], &genesis)
	config := load.Options{
		Rate: l.rate, For: l.duration, Seed: l.seed, Nodes: nodes, Network: genesis.Hash(),
		Senders: senders, Quiet: quiet,
	}
	if l.mine {
		config.Quiet = quietMined
	}
	return config, err
}

// senders are the named accounts, or new ones that they have funded.
func (l *loadFlags) senders(ctx context.Context, node *client.Node, genesis *types.Block) ([]ed25519.PrivateKey, error) {
	names := wallet.NewNames(genesis)
	var named []ed25519.PrivateKey
	for _, name := range names.List() {
		key, _ := names.Key(name)
		named = append(named, key)
	}
	if len(named) == 0 {
		return nil, misuse(errors.New("this network funds no named account, so nobody can send"))
	}
	if l.accounts == 0 {
		return named, nil
	}
	derived := load.Derive(l.seed, l.accounts)
	return derived, load.Fund(ctx, node, genesis.Hash(), named, derived)
}

// mineMeanwhile has all nodes mine until stop is called. Mining that was begun
// before goes on.
func (n *network) mineMeanwhile(ctx context.Context) (stop func(), err error) {
	_, err = n.client.StartMining(ctx, client.MiningRequest{Race: true, Continuous: true})
	if refusedFor(err, "already-mining") {
		return func() {}, nil
	}
	if err != nil {
		return nil, n.explain(err)
	}
	return func() {
		_ = n.endMining(context.WithoutCancel(ctx)) // the manager's log says what came of it
	}, nil
}

func printLoad(out *terminal.Output, r load.Report) error {
	if out.JSON {
		return out.Encode(r)
	}
	out.Printf("%d sent to %s in %.1f s: %.1f a second of %d, %d late\n",
		r.Sent, terminal.Plural(r.Nodes, "node"), r.Seconds, r.Achieved, r.Rate, r.Late)
	out.Printf("  seed      %d, with %s\n", r.Seed, terminal.Plural(r.Senders, "sender"))
	out.Printf("  accepted  %d: %s\n", r.Accepted, whereWords(r))
	out.Printf("  answered  in %s\n", quantileWords(r.Answer))
	out.Printf("  in block  in %s; %s, %d reverted\n", quantileWords(r.Inclusion), terminal.Plural(int(r.Blocks), "block"), r.Reverted)
	out.Printf("  refused   %s\n", terminal.Wrap(refusedWords(r), 12))
	if r.Failed > 0 {
		out.Printf("  failed    %d, the last: %s\n", r.Failed, r.Failure)
	}
	for _, id := range r.LostIDs[:min(len(r.LostIDs), 20)] {
		out.Printf("  lost      %s\n", id)
	}
	return nil
}

// whereWords says where the accepted transfers are.
func whereWords(r load.Report) string {
	words := fmt.Sprintf("%d in blocks, %d pending, %d lost", r.Included, r.Pending, r.Lost)
	if rest := r.Accepted - r.Included - r.Pending - r.Lost; rest > 0 {
		words += fmt.Sprintf(", %d not looked for", rest)
	}
	return words
}

func quantileWords(q load.Quantiles) string {
	return fmt.Sprintf("%.3f s (p50), %.3f s (p99)", q.P50, q.P99)
}

// refusedWords lists the refusals by code.
func refusedWords(r load.Report) string {
	var words []string
	total := 0
	for _, code := range slices.Sorted(maps.Keys(r.Refused)) {
		words = append(words, fmt.Sprintf("%d %s", r.Refused[code], code))
		total += r.Refused[code]
	}
	if total == 0 {
		return "none"
	}
	return fmt.Sprintf("%d, of them %d not on purpose: %s", total, r.GoodRefused, strings.Join(words, ", "))
}
