package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/certificate"
	"networkmngr/internal/config"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/printable"
	"networkmngr/internal/terminal"
)

const (
	dialTimeout = 3 * time.Second // to find out that nothing listens there
	askTimeout  = 5 * time.Second // for an answer that takes no work
)

var (
	// errNoNetwork means that no manager answers where one was looked for.
	errNoNetwork = errors.New("no network is running")
	errNoNode    = errors.New("no node is running")
)

// network is a running one, as it is seen from outside.
type network struct {
	url    string
	token  string // may be empty
	client *client.Manager
	http   *http.Client
	trust  *certificate.Trust
	record *lastrun.Record // that led to it, or nil
}

// findNetwork takes the manager that is named, or the one that the log folder's
// record is of: never whoever may listen where a manager would be. The error is an
// errNoNetwork if there is no record, or the recorded network has ended.
func findNetwork(settings config.ClientSettings) (*network, error) {
	n := &network{url: settings.URL, token: settings.Manager.Token, trust: config.NewTrust(settings.Manager.Fingerprints)}
	n.http = newClient(n.trust)
	if n.url == "" {
		record, err := recorded(settings.Manager.Log.Folder)
		if err != nil {
			return nil, err
		}
		n.follow(record)
	}
	n.url = strings.TrimSuffix(n.url, "/")
	n.recognize(settings.Manager.Log.Folder)
	n.client = client.NewManager(n.url, n.token, n.http)
	return n, nil
}

// recognize has the manager taken for the one that it is, if the log folder has the record of
// one that runs there.
func (n *network) recognize(logs string) {
	all, _ := lastrun.All(logs) // without a record, the user says what its fingerprint is
	for _, r := range lastrun.Running(all) {
		if r.URL == n.url {
			_ = n.trust.Know(r.Fingerprint) // or there is none
		}
	}
}

// follow takes the network of a record.
func (n *network) follow(record *lastrun.Record) {
	n.url, n.record = record.URL, record
	if n.token == "" {
		n.token = madeToken(record)
	}
}

// recorded is the record of the one network with this log folder that has not ended in
// order.
func recorded(logs string) (*lastrun.Record, error) {
	all, err := lastrun.All(logs)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w with the log folder %s, as no record is there; %s", errNoNetwork, logs, advice)
	}
	if err != nil {
		return nil, err
	}
	if running := lastrun.Running(all); len(running) > 1 {
		return nil, ambiguous(running)
	}
	record, err := lastrun.Read(logs)
	if err == nil && record.State != api.Running {
		err = fmt.Errorf("%w: that of %s, at %s, has ended; %s", errNoNetwork, logs, record.URL, advice)
	}
	return record, err
}

// ambiguous names the networks that one log folder has records of.
func ambiguous(running []*lastrun.Record) error {
	urls := make([]string, len(running))
	for i, r := range running {
		urls[i] = "--manager " + r.URL
	}
	return misuse(fmt.Errorf("%d networks run with this log folder: name one with %s", len(running), strings.Join(urls, " or ")))
}

// check asks whether the manager of a network is there and, where a record leads to it,
// whether it is the one that wrote it: somebody else may have its address by now.
func (n *network) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	there, err := n.client.Overview(ctx)
	refusal, refused := errors.AsType[*api.Error](err)
	_, unanswered := errors.AsType[*url.Error](err)
	switch {
	case unanswered, refused && refusal.Status != http.StatusNotFound:
		return n.explain(err)
	case n.record == nil:
		return n.isManager(there)
	case err != nil, !n.record.Is(there.Run):
		return fmt.Errorf("%w: another one than that of process %d, which the log folder has the record of, is at %s; %s",
			errNoNetwork, n.record.PID, n.url, advice)
	}
	return nil
}

// isManager returns a misuse unless an answer to GET / is a manager's.
func (n *network) isManager(there api.Overview) error {
	switch {
	case there.Run.PID != 0:
		return nil
	case strings.HasPrefix(there.Software, program+"/"):
		return misuse(fmt.Errorf("%s is no network's manager, but a node or a bootstrap node", n.url))
	default:
		return misuse(fmt.Errorf("%s is no network's manager: something else answers there", n.url))
	}
}

// madeToken is the token that a network has made for itself, if this user may read it.
func madeToken(of *lastrun.Record) string {
	text, _ := os.ReadFile(of.TokenFile) // of a network that needs none there is none
	return strings.TrimSpace(string(text))
}

// newClient makes an HTTP client that asks machines directly.
func newClient(trust *certificate.Trust) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return httpclient.NewHTTP(trust, &http.Transport{DialContext: dialer.DialContext})
}

const tokenAdvice = "give the network's token with --token-file or NETWORKMNGR_TOKEN"

// explain adds to an error what the user can do about it.
func (n *network) explain(err error) error {
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return n.absent()
	}
	refusal, ok := errors.AsType[*api.Error](err)
	failed, broken := errors.AsType[*url.Error](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s does not answer: nothing came within %s", n.url, askTimeout)
	case errors.Is(err, http.ErrSchemeMismatch):
		return misuse(fmt.Errorf("%s speaks plain HTTP: its URL begins with http://", strings.TrimPrefix(n.url, "https://")))
	case broken:
		return fmt.Errorf("%s: %w", n.url, failed.Err)
	case !ok:
		return err
	case refusal.Code == api.UnknownNode, refusal.Code == api.UnknownMachine, refusal.Code == api.TooDeep, refusal.Status == http.StatusBadRequest:
		return misuse(err)
	case refusal.Status == http.StatusNotFound:
		return misuse(fmt.Errorf("%s is no network's manager: %w", n.url, err))
	case refusal.Status == http.StatusUnauthorized:
		return fmt.Errorf("%w; %s", err, tokenAdvice)
	}
	return err
}

// refusedFor reports whether an error is a refusal with one of these codes.
func refusedFor(err error, codes ...string) bool {
	refusal, ok := errors.AsType[*api.Error](err)
	return ok && slices.Contains(codes, refusal.Code)
}

const advice = "start one with networkmngr, or name its manager with --manager URL; networkmngr list shows what runs"

// absent is an errNoNetwork that says why nothing may listen there.
func (n *network) absent() error {
	if r := n.record; r != nil {
		return fmt.Errorf("%w: nobody answers at %s, where process %d started one on %s and did not end it in order; %s",
			errNoNetwork, n.url, r.PID, r.StartedAt.Local().Format(time.DateTime), advice)
	}
	return fmt.Errorf("%w at %s: %s", errNoNetwork, n.url, advice)
}

// nodes asks the manager for its nodes.
func (n *network) nodes(ctx context.Context) (api.Nodes, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	nodes, err := n.client.Nodes(ctx)
	return nodes, n.explain(err)
}

// node is the running one of a name or on a port, or the first if reference is empty.
func (n *network) node(ctx context.Context, reference string) (api.NodeState, error) {
	running, err := n.running(ctx)
	if err != nil {
		return api.NodeState{}, err
	}
	var others []string
	for _, node := range running {
		if reference == "" || goesBy(node, reference) {
			return node, nil
		}
		others = append(others, fmt.Sprintf("%s (%d)", node.Name, node.Port))
	}
	if len(others) == 0 {
		return api.NodeState{}, errNoNode
	}
	return api.NodeState{}, misuse(fmt.Errorf("no node %s is running: want one of %s", reference, strings.Join(others, ", ")))
}

// everyNode is the reference to all nodes that run.
const everyNode = ""

// some are the running nodes, or the one of a name or port.
func (n *network) some(ctx context.Context, reference string) ([]api.NodeState, error) {
	if reference != everyNode {
		node, err := n.node(ctx, reference)
		return []api.NodeState{node}, err
	}
	return n.running(ctx)
}

func (n *network) running(ctx context.Context) ([]api.NodeState, error) {
	all, err := n.nodes(ctx)
	return slices.DeleteFunc(all.Nodes, func(node api.NodeState) bool { return node.State != api.Running }), err
}

// goesBy reports whether a node has this name, port or address.
func goesBy(node api.NodeState, reference string) bool {
	if host, port, err := net.SplitHostPort(reference); err == nil {
		at, _, _ := net.SplitHostPort(node.Address) // which the manager has written
		return port == strconv.Itoa(node.Port) && (host == at || config.IsLoopback(host) && config.IsLoopback(at))
	}
	return reference == node.Name || reference == strconv.Itoa(node.Port)
}

// at makes a client of a node.
func (n *network) at(node api.NodeState) *client.Node {
	return n.client.Node(node.Address)
}

// askAll calls f for every node's number, some at once.
func askAll(ctx context.Context, nodes int, f func(ctx context.Context, i int)) {
	const perCore = 16
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(perCore * runtime.GOMAXPROCS(0))
	for i := range nodes {
		group.Go(func() error { f(ctx, i); return nil })
	}
	_ = group.Wait() // no function returns an error
}

// onNetwork makes command one that speaks to a running network.
func onNetwork(command *cobra.Command, run func(context.Context, *network, *terminal.Output) error) *cobra.Command {
	return onNetworkUnless(command, func() bool { return false }, run)
}

// onNetworkUnless is onNetwork for a command that asks nobody if its flags are such that it
// works alone: run is told of no network then, and there need be none.
func onNetworkUnless(command *cobra.Command, alone func() bool, run func(context.Context, *network, *terminal.Output) error) *cobra.Command {
	config.ClientFlags(command.Flags())
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		settings, err := config.LoadClient(command.Flags())
		if err != nil {
			return err
		}
		if alone() {
			return run(command.Context(), nil, out)
		}
		n, err := reach(command.Context(), settings)
		if err != nil {
			return err
		}
		defer n.http.CloseIdleConnections()
		return run(command.Context(), n, out)
	})
}

// reach finds the network, and checks that it is the one that is meant.
func reach(ctx context.Context, settings config.ClientSettings) (*network, error) {
	n, err := findNetwork(settings)
	if err != nil {
		return nil, err
	}
	err = n.check(ctx)
	if err == nil {
		err = n.meetMachines(ctx)
	}
	if err != nil {
		n.http.CloseIdleConnections()
		return nil, err
	}
	return n, nil
}

// meetMachines learns which certificates the nodes show that other managers have started, of
// a network that speaks TLS.
func (n *network) meetMachines(ctx context.Context) error {
	if !strings.HasPrefix(n.url, "https:") {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	there, err := n.client.Machines(ctx)
	if err != nil {
		return n.explain(err)
	}
	for _, x := range there.Machines {
		err = errors.Join(err, n.trust.Know(x.Fingerprint))
	}
	return err
}

// onNode is onNetwork for a command whose only argument is a node's name or port.
func onNode(command *cobra.Command, run func(ctx context.Context, n *network, out *terminal.Output, node string) error) *cobra.Command {
	command.Args, command.ValidArgsFunction = oneNode, completeNode
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		return run(ctx, n, out, command.Flags().Arg(0))
	})
}

func oneNode(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return misuse(fmt.Errorf("%s, want one: the name or port of a node", argumentCount(args)))
	}
	return nil
}

// oneOfNodes is the usage of --node where one node is asked.
const oneOfNodes = "`name`, port or address of the node (default the first that runs)"

// nodeFlag adds --node, which is completed with the names of the nodes, and others.
func nodeFlag(command *cobra.Command, usage string, others ...string) *string {
	node := command.Flags().String("node", "", usage)
	err := command.RegisterFlagCompletionFunc("node", func(command *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		names, directive := completeNode(command, args, word)
		return append(names, others...), directive
	})
	if err != nil {
		panic(err) // the flag has just been made
	}
	return node
}

// completeNode lists the names of the nodes.
func completeNode(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, node := range nodesToComplete(command).Nodes {
		names = append(names, completion(node.Name, node.Port, node.State))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeGone lists the names of the nodes that have ended, or were removed.
func completeGone(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	nodes := nodesToComplete(command)
	for _, node := range nodes.Nodes {
		if node.State == api.Exited {
			names = append(names, completion(node.Name, node.Port, node.State))
		}
	}
	for _, node := range nodes.Removed {
		names = append(names, completion(node.Name, node.Port, node.Reason))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func completion(name string, port int, state string) string {
	return fmt.Sprintf("%s\t%d, %s", printable.Text(name), port, printable.Text(state))
}

// nodesToComplete are the network's. A shell that completes has no use for an error.
func nodesToComplete(command *cobra.Command) (nodes api.Nodes) {
	toComplete(command, func(ctx context.Context, n *network) { nodes, _ = n.nodes(ctx) })
	return nodes
}

// toComplete has ask ask the network that a command's flags lead to, if there is one.
func toComplete(command *cobra.Command, ask func(context.Context, *network)) {
	const patience = time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if settings, err := config.LoadClient(command.Flags()); err == nil {
		if n, err := findNetwork(settings); err == nil && n.check(ctx) == nil {
			ask(ctx, n)
		}
	}
}
