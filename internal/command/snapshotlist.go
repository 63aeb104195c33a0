package command

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/snapshot"
	"networkmngr/internal/terminal"
)

// snapshotRow is a snapshot as "snapshot list" lists it. Without what it says of itself, Error
// says why.
type snapshotRow struct {
	File    string     `json:"file"`    // path
	Name    string     `json:"name"`    // of the file, without its ending
	Network *string    `json:"network"` // name
	Created *time.Time `json:"created"`
	Nodes   *int       `json:"nodes"`
	Height  *uint64    `json:"height"` // of the highest node
	Bytes   int64      `json:"bytes"`  // of the file
	Error   *string    `json:"error"`
}

func listSnapshotsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "list",
		Short: "List the snapshots in the folder for them",
		Long: `List the snapshots in the folder for them (see --snapshots of networkmngr), the
last one first, by what each says of itself; "snapshot show" checks a whole one.

With --json, a list of file, name, network, created, nodes, height, bytes and
error.`,
		Example: `  networkmngr snapshot list
  networkmngr snapshot list --json | jq -r '.[0].file'`,
		Args: noArguments,
	}
	config.LogFlags(command.Flags())
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		settings, err := config.LoadClient(command.Flags())
		if err != nil {
			return err
		}
		folder := settings.Manager.SnapshotFolder()
		list := snapshotsIn(folder)
		return out.Result(list, func() { printSnapshots(out, folder, list) })
	})
}

// snapshotsIn lists the snapshots of a folder, the last one first, and those that cannot be read
// at the end.
func snapshotsIn(folder string) []snapshotRow {
	names, _ := fs.Glob(os.DirFS(folder), "*"+snapshot.Extension) // the pattern is good; none where there is no folder
	list := []snapshotRow{}
	for _, name := range names {
		file := filepath.Join(folder, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			list = append(list, snapshotOf(file, info.Size()))
		}
	}
	slices.SortStableFunc(list, func(a, b snapshotRow) int { return b.when().Compare(a.when()) })
	return list
}

// when is the time at which the snapshot was taken, if it is known.
func (r snapshotRow) when() (at time.Time) {
	if r.Created != nil {
		at = *r.Created
	}
	return at
}

func snapshotOf(file string, bytes int64) snapshotRow {
	row := snapshotRow{File: file, Name: strings.TrimSuffix(filepath.Base(file), snapshot.Extension), Bytes: bytes}
	from, end, err := snapshot.Open(file)
	if err != nil {
		row.Error = new(strings.TrimPrefix(err.Error(), file+": "))
		return row
	}
	defer end()
	m := from.Manifest
	row.Network, row.Created, row.Nodes, row.Height = &m.Network, &m.Created, new(len(m.Nodes)), new(uint64(0))
	for _, n := range m.Nodes {
		*row.Height = max(*row.Height, n.Height)
	}
	return row
}

func printSnapshots(out *terminal.Output, folder string, list []snapshotRow) {
	if len(list) == 0 {
		out.Printf("no snapshot is in this folder:\n%s\n", folder)
		return
	}
	rows := make([][]any, len(list))
	for i, r := range list {
		taken := orDash(r.Created, func(at time.Time) string { return at.Local().Format(time.DateTime) })
		rows[i] = []any{taken, orDash(r.Nodes, number), orDash(r.Height, number), size(r.Bytes), r.Name}
	}
	out.Table([]string{"taken", ">nodes", ">height", ">size", "name"}, rows)
	for _, r := range list {
		if r.Error != nil {
			out.Printf("%s\n", terminal.Wrap(r.Name+": "+*r.Error, 0))
		}
	}
}
