package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"networkmngr/internal/api"
	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/terminal"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// sending is what the flags of "send" ask for.
type sending struct {
	from, to       string
	amount, fee    string
	data           string
	sequence       uint64
	network        string // genesis hash, or empty
	genesis        string // file, or empty
	raw            string // file, - for standard input, or empty
	signOnly, wait bool
	given          func(flag string) bool
	stdin          io.Reader
	notice         func(words string) // to whoever watches
	own            *ownAccounts
	node           *string
}

// sentForm is what "send --json" prints.
type sentForm struct {
	ID          types.Hash        `json:"id"`
	Node        string            `json:"node"`  // that has taken it, by address
	Block       *api.Tip          `json:"block"` // that holds it; null while it is pending
	Transaction types.Transaction `json:"transaction"`
}

func sendCommand() *cobra.Command {
	var s sending
	command := &cobra.Command{
		Use:     "send [FROM TO AMOUNT]",
		Aliases: []string{"pay"},
		Short:   "Sign a transfer and send it",
		Long: `Sign a transfer and hand it to a node. It is signed here: for one of the
network's named accounts (alice, bob, ...), or for one of your own (see
account), whose passphrase is asked for, or taken from --passphrase-file or
NETWORKMNGR_PASSPHRASE. A recipient may be a name too.

With --sign-only the signed transfer is printed, as JSON that --raw, or POST
/transactions of any node of that network, takes. With --sequence, and --network
or --genesis, no node is asked for anything.

With --wait, it says if nobody mines, and ends with exit code 1 and the reason
if the transfer will be in no block: replaced, overtaken by another with its
number, or dropped.

With --json: id, node (that has taken it), block (index and hash, null while the
transfer is pending) and transaction.`,
		Example: `  networkmngr pay alice bob 3 --wait
  networkmngr send --from alice --to bob --amount 1 --data '{"memo": "thanks"}'
  networkmngr send --from alice --to bob --amount 3 --sign-only > transfer.json
  networkmngr send --raw transfer.json`,
		Args: s.takeArguments, ValidArgsFunction: completeParties,
	}
	s.addFlags(command.Flags())
	s.node = nodeFlag(command, oneOfNodes)
	s.given = command.Flags().Changed
	judgeFirst(command, s.validate)
	return onNetworkUnless(command, s.offline, func(ctx context.Context, n *network, out *terminal.Output) error {
		return s.run(ctx, command, n, out)
	})
}

// offline reports whether the flags say all that is to be signed, and nothing is sent.
func (s *sending) offline() bool {
	return s.signOnly && s.given("sequence") && (s.network != "" || s.genesis != "")
}

// run does what the flags ask for.
func (s *sending) run(ctx context.Context, command *cobra.Command, n *network, out *terminal.Output) error {
	s.stdin = command.InOrStdin()
	s.notice = func(words string) { fmt.Fprintln(command.ErrOrStderr(), words) }
	s.own = openOwn(command, out)
	if s.signOnly {
		return s.printSigned(ctx, n, out)
	}
	return s.send(ctx, n, out)
}

func (s *sending) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&s.from, "from", "", "`account` that pays: a name or an address")
	flags.StringVar(&s.to, "to", "", "`account` that is paid: a name or an address")
	flags.StringVar(&s.amount, "amount", "", "`coins` to pay, with up to eight decimal places")
	flags.StringVar(&s.fee, "fee", wallet.DefaultFee.String(), "`coins` for the miner, on top")
	flags.StringVar(&s.data, "data", "", "any `JSON` value to sign along")
	flags.Uint64Var(&s.sequence, "sequence", 0, "`number` of the transfer among its sender's (default the next one)")
	flags.StringVar(&s.network, "network", "", "`hash` of the genesis block to sign for (default the node's)")
	flags.StringVar(&s.genesis, "genesis", "", "genesis `file` of the network to sign for (default the node's)")
	flags.StringVar(&s.raw, "raw", "", "send the signed transfer in this `file`, or - for standard input")
	flags.BoolVar(&s.signOnly, "sign-only", false, "print the signed transfer, and do not send it")
	flags.BoolVar(&s.wait, "wait", false, "wait until a block holds it")
	config.AccountFlags(flags)
}

// takeArguments reads who pays whom how much where that is said without flags.
func (s *sending) takeArguments(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if len(args) != 3 {
		return misuse(fmt.Errorf("%s, want three, FROM TO AMOUNT, or the flags for these", argumentCount(args)))
	}
	for i, name := range []string{"from", "to", "amount"} {
		if command.Flags().Changed(name) {
			return misuse(fmt.Errorf("--%s goes without arguments: that is said twice", name))
		}
		if err := command.Flags().Set(name, args[i]); err != nil {
			return misuse(err)
		}
	}
	return nil
}

// completeParties lists who may pay, and be paid.
func completeParties(command *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	if len(args) >= 2 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completeNamed(command)
}

// validate finds flags that contradict each other, are missing, or cannot be read.
func (s *sending) validate() error {
	if s.raw != "" {
		for _, other := range []string{"from", "to", "amount", "fee", "data", "sequence", "network", "genesis", "sign-only"} {
			if s.given(other) {
				return fmt.Errorf("--raw goes without --%s: that is signed already", other)
			}
		}
		return nil
	}
	for _, needed := range []string{"from", "to", "amount"} {
		if !s.given(needed) {
			return fmt.Errorf("--%s is missing: want --from, --to and --amount, or --raw", needed)
		}
	}
	if s.signOnly && s.wait {
		return errors.New("--sign-only sends nothing to --wait for")
	}
	if _, err := s.transfer(); err != nil {
		return err
	}
	return s.checkNetwork()
}

func (s *sending) printSigned(ctx context.Context, n *network, out *terminal.Output) error {
	signer, err := s.signer(ctx, n)
	if err != nil {
		return err
	}
	signed, err := signer.sign(ctx)
	if err != nil {
		return err
	}
	return out.EncodeSigned(signed)
}

// send hands the transfer in, and tells of it.
func (s *sending) send(ctx context.Context, n *network, out *terminal.Output) error {
	submit := s.submitRaw
	if s.raw == "" {
		submit = s.submitSigned
	}
	node, err := n.node(ctx, *s.node)
	if err != nil {
		return err
	}
	client := n.at(node)
	t, err := submit(ctx, n, client)
	if err != nil {
		return refused(node.Address, err)
	}
	sent := sentForm{ID: t.ID(), Node: node.Address, Transaction: t}
	if s.wait {
		w := waiting{network: n, node: client, id: sent.ID, line: terminal.StatusLine{Out: out}, notice: s.notice}
		if sent.Block, err = w.block(ctx); err != nil {
			return fmt.Errorf("node %s: %w", node.Address, err)
		}
	}
	if out.JSON {
		return out.EncodeSigned(sent)
	}
	printSent(out, sent, s.parties(ctx, n, client, &t))
	return nil
}

// parties names who pays and who is paid, as far as the network, or the user's own
// accounts, have names for them: the addresses tell it without.
func (s *sending) parties(ctx context.Context, n *network, node *client.Node, t *types.Transaction) api.Parties {
	nodes, _ := n.people(ctx)
	found, _ := node.Transaction(ctx, t.ID())
	return api.Parties{
		SenderName:    cmp.Or(nodes[t.Sender()], found.SenderName, s.own.nameOf(t.Sender())),
		RecipientName: cmp.Or(nodes[t.Recipient], found.RecipientName, s.own.nameOf(t.Recipient)),
	}
}

// refused says which node has not taken a transfer.
func refused(node string, err error) error {
	refusal, ok := errors.AsType[*api.Error](err)
	if !ok {
		return err // found out here
	}
	if refusal.Status == http.StatusUnauthorized {
		return fmt.Errorf("node %s: %w; %s", node, err, tokenAdvice)
	}
	return fmt.Errorf("node %s: %w", node, err)
}

func (s *sending) submitRaw(ctx context.Context, _ *network, node *client.Node) (types.Transaction, error) {
	request, err := s.readRaw()
	if err != nil {
		return types.Transaction{}, err
	}
	if request.Network == nil {
		_, err = node.Submit(ctx, *request.Signed)
	} else {
		_, err = node.SubmitSigned(ctx, types.SignedTransfer{Network: *request.Network, Transaction: *request.Signed})
	}
	return *request.Signed, err
}

// readRaw reads a signed transfer.
func (s *sending) readRaw() (request types.TransferRequest, err error) {
	var text []byte
	name := s.raw
	if s.raw == "-" {
		name = "standard input"
		text, err = io.ReadAll(s.stdin)
	} else {
		text, err = os.ReadFile(s.raw)
	}
	if err == nil {
		err = request.UnmarshalJSON(text)
	}
	if err == nil && request.Signed == nil {
		err = errors.New("public_key and signature are missing, so it is not signed")
	}
	if err != nil {
		return request, misuse(fmt.Errorf("transfer in %s: %w", name, err))
	}
	return request, nil
}

// attempts is how often a transfer is signed anew when its number turns out to
// be used.
const attempts = 10

func (s *sending) submitSigned(ctx context.Context, n *network, node *client.Node) (types.Transaction, error) {
	signer, err := s.signer(ctx, n)
	if err != nil {
		return types.Transaction{}, err
	}
	for attempt := 1; ; attempt++ {
		signed, err := signer.sign(ctx)
		if err != nil {
			return types.Transaction{}, err
		}
		_, err = node.SubmitSigned(ctx, signed)
		if err == nil || s.given("sequence") || attempt == attempts || !client.Outpaced(err) {
			return signed.Transaction, err
		}
	}
}

func printSent(out *terminal.Output, sent sentForm, names api.Parties) {
	t := &sent.Transaction
	out.Printf("%s for %s, fee %s\n", t.Amount, labelled(t.Recipient, names.RecipientName), t.Fee)
	out.Printf("  from         %s, sequence %d\n", labelled(t.Sender(), names.SenderName), t.Sequence)
	out.Printf("  transaction  %s\n", sent.ID)
	if sent.Block == nil {
		out.Printf("  pending at node %s: it waits for a block\n", sent.Node)
		return
	}
	out.Printf("  block        %d\n", sent.Block.Index)
	out.Printf("               %s\n", sent.Block.Hash)
}
