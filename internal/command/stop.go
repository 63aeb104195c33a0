package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/terminal"
)

// stopTimeout is how long the manager may take to be gone after it has said
// that every node is.
const stopTimeout = 2 * time.Minute

var (
	errStillThere = errors.New("the nodes have ended, but the manager has not")
	errUnclean    = errors.New("not every node ended cleanly")
)

func stopCommand() *cobra.Command {
	return onNetwork(&cobra.Command{
		Use:   "stop",
		Short: "End every node and the manager",
		Long: `End every node and the manager, wait until all of them are gone, and say how
each ended. With --json, the manager's answer to /shutdown/all. The exit code is
1 if a node that ran until then did not end cleanly.`,
		Example: `  networkmngr stop
  networkmngr stop --manager http://10.0.0.7:4999 --token-file token`,
	}, func(ctx context.Context, n *network, out *terminal.Output) error {
		stopped, err := n.stop(ctx, out)
		if err != nil {
			return n.explain(err)
		}
		if err := printStopped(out, stopped); err != nil {
			return err
		}
		for _, node := range stopped.Nodes {
			if node.Exit.Code != 0 && !node.EndedBefore {
				return errUnclean
			}
		}
		return nil
	})
}

// stop returns when the manager answers no more and, on this machine, the manager's
// process is gone.
func (n *network) stop(ctx context.Context, out *terminal.Output) (api.Stopped, error) {
	line := terminal.StatusLine{Out: out}
	line.Set("waiting for the nodes to end")
	defer line.Clear()
	stopped, err := n.client.Shutdown(ctx)
	if err != nil {
		return stopped, err
	}
	tooLong := fmt.Errorf("%w within %s; it removes their data, or is out of breath", errStillThere, stopTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, stopTimeout, tooLong)
	defer cancel()
	n.http.CloseIdleConnections()
	for ctx.Err() == nil && (n.answers(ctx) || n.managerLives()) {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	return stopped, context.Cause(ctx)
}

// answers reports whether the manager answers, be it that it ends.
func (n *network) answers(ctx context.Context) bool {
	_, err := n.client.Health(ctx)
	var refusal *api.Error
	return err == nil || errors.As(err, &refusal)
}

// managerLives reports whether the manager's process, if it is known to be on
// this machine, still runs.
func (n *network) managerLives() bool {
	r := n.record
	return r != nil && r.Runs()
}

func printStopped(out *terminal.Output, stopped api.Stopped) error {
	if out.JSON {
		return out.Encode(stopped)
	}
	rows := make([][]any, len(stopped.Nodes))
	for i, node := range stopped.Nodes {
		how := terminal.Plain(node.Exit.Message)
		if node.Exit.Code != 0 {
			how = out.Paint(terminal.Red, node.Exit.Message)
		}
		rows[i] = []any{node.Node, node.PID, how}
	}
	out.Table([]string{"node", ">pid", "ended"}, rows)
	out.Printf("\n%s; the manager has ended\n", stopped.Message)
	return nil
}
