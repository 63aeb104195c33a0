package command

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api/client"
	"networkmngr/internal/certificate"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/processes"
	"networkmngr/internal/terminal"
)

// program is how a manager's process is called, unless somebody has renamed the file.
const program = "networkmngr"

// overviewTimeout is how long a manager may take to tell of its network in short.
const overviewTimeout = 5 * time.Second

// runForm is one line of what "list --json" prints. What is null was not to be had;
// error says why.
type runForm struct {
	Manager   string    `json:"manager"` // URL
	PID       int       `json:"pid"`
	StartedAt time.Time `json:"started_at"`
	Folder    string    `json:"folder"` // that it was started in; empty if the system does not tell
	Nodes     *int      `json:"nodes"`
	Running   *int      `json:"running"` // of them
	Error     *string   `json:"error"`
}

func listCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "list",
		Short: "List the networks that run on this machine",
		Long: `List the networks that run on this machine as processes of this user, whichever
folder they were started in. The other commands take one of them with --manager.

With --json, a list of manager (its URL), pid, started_at, folder (that it was
started in), nodes, running and error; what is not known is null.`,
		Example: `  networkmngr list
  networkmngr stop --manager $(networkmngr list --json | jq -r .[0].manager)`,
	}
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		runs, err := findRuns(command.Context())
		if err != nil {
			return err
		}
		return out.Result(runs, func() { printRuns(out, runs) })
	})
}

// findRuns asks every process that may be a manager, in the order of their starts.
func findRuns(ctx context.Context) ([]runForm, error) {
	found, err := processes.Running(program, strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"))
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(p processes.Process) bool { return len(p.Listens) == 0 || isNode(p) })
	slices.SortFunc(found, func(a, b processes.Process) int { return a.StartedAt.Compare(b.StartedAt) })
	asked := make([]*runForm, len(found))
	web := newClient(certificate.Anyone()) // the system has said whose process listens there
	defer web.CloseIdleConnections()
	askAll(ctx, len(found), func(ctx context.Context, i int) { asked[i] = askRun(ctx, web, found[i]) })
	runs := []runForm{}
	for _, r := range asked {
		if r != nil {
			runs = append(runs, *r)
		}
	}
	return runs, nil
}

// isNode reports whether a process was started as one node.
func isNode(p processes.Process) bool { return len(p.Args) > 0 && p.Args[0] == "node" }

// askRun returns nil if the process has no network.
func askRun(ctx context.Context, web *http.Client, p processes.Process) *runForm {
	ctx, cancel := context.WithTimeout(ctx, overviewTimeout)
	defer cancel()
	form := &runForm{PID: p.PID, StartedAt: p.StartedAt, Folder: p.Folder, Manager: managerURL(p)}
	overview, err := client.NewManager(form.Manager, "", web).Overview(ctx)
	if refusedFor(err, httpclient.SpeaksTLS) {
		form.Manager = "https" + strings.TrimPrefix(form.Manager, "http")
		overview, err = client.NewManager(form.Manager, "", web).Overview(ctx)
	}
	switch {
	case err != nil:
		form.Error = new("does not answer: " + err.Error())
	case overview.Run.PID != p.PID:
		return nil
	default:
		form.StartedAt, form.Nodes, form.Running = overview.Run.StartedAt, &overview.Nodes, &overview.Running
	}
	return form
}

// managerURL is where a manager listens. One that starts its network holds the ports of
// its nodes, too, which come after its own.
func managerURL(p processes.Process) string {
	var first netip.AddrPort
	for _, text := range p.Listens {
		address, err := netip.ParseAddrPort(text)
		if err == nil && (!first.IsValid() || address.Port() < first.Port()) {
			first = address
		}
	}
	if first.Addr().IsUnspecified() {
		first = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), first.Port())
	}
	return "http://" + first.String()
}

func printRuns(out *terminal.Output, runs []runForm) {
	if len(runs) == 0 {
		out.Printf("no network is running\n")
		return
	}
	rows := make([][]any, len(runs))
	for i, r := range runs {
		rows[i] = []any{r.Manager, r.PID, r.StartedAt.Local().Format(time.DateTime), orDash(r.Nodes, number), orDash(r.Running, number)}
	}
	out.Table([]string{"manager", ">pid", "started", ">nodes", ">running"}, rows)
	out.Printf("\n")
	for _, r := range runs {
		out.Printf("%s was started in %s\n", r.Manager, terminal.Wrap(cmp.Or(r.Folder, "a folder that is not known"), 0))
		if r.Error != nil {
			out.Printf("%s %s\n", r.Manager, *r.Error)
		}
	}
}
