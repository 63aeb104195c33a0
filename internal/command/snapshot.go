package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/loading"
	"networkmngr/internal/snapshot"
	"networkmngr/internal/terminal"
)

func snapshotCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "snapshot",
		Short: "Save a network in one file, and load it as another lab",
		Long: `Save a running network in one file, with its chains, pending transfers, events,
clocks and what else is wanted of it; list such files, and show what is in one;
and have a copy of the network go on from it, beside the one that it was taken
of.`,
		Example: `  networkmngr snapshot save before-the-fork
  networkmngr snapshot list
  networkmngr snapshot show before-the-fork
  networkmngr snapshot load before-the-fork -p 6000
  networkmngr snapshot branch what-if`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	command.AddCommand(saveCommand(), listSnapshotsCommand(), showCommand(), loadSnapshotCommand(), branchCommand())
	return command
}

func saveCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "save NAME",
		Short: "Save the network while it goes on",
		Long: `Save the network in a file NAME.nmlab in its folder for snapshots (see
--snapshots of networkmngr), while it goes on. What was acknowledged before is
in it. With --without-keys the nodes have other identities, and other accounts,
where it is loaded; without that, whoever has the file has the nodes' keys.

With --json, the manager's answer to POST /network/snapshot.`,
		Example: `  networkmngr snapshot save before-the-fork
  networkmngr snapshot save for-the-class --without-keys`,
		Args: oneName,
	}
	withoutKeys := command.Flags().Bool("without-keys", false, "leave out the nodes' identities, to share the file")
	return onNetwork(command, func(ctx context.Context, n *network, out *terminal.Output) error {
		taken, err := n.save(ctx, api.SnapshotRequest{Name: command.Flags().Arg(0), WithoutKeys: *withoutKeys})
		if err != nil {
			return err
		}
		return out.Result(taken, func() { out.Printf("%s\n%s\n", terminal.Wrap(taken.Message+", "+size(taken.Bytes)+":", 0), taken.File) })
	})
}

func (n *network) save(ctx context.Context, request api.SnapshotRequest) (api.Snapshot, error) {
	taken, err := n.client.Snapshot(ctx, request)
	if refusedFor(err, "bad-name") || refusedFor(err, "snapshot-exists") {
		return taken, misuse(err)
	}
	if err != nil {
		return taken, n.explain(err)
	}
	return taken, nil
}

func showCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "show FILE",
		Short: "Show what is in a snapshot",
		Long: `Show what a snapshot says of itself, and check that it is as it was written.
FILE may be the name of one in the folder for snapshots.

With --json, its manifest.`,
		Example: `  networkmngr snapshot show before-the-fork
  networkmngr snapshot show ~/class/monday.nmlab`,
		Args: oneName,
	}
	config.LogFlags(command.Flags())
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		settings, err := config.LoadClient(command.Flags())
		if err != nil {
			return err
		}
		manifest, err := readSnapshot(snapshotFile(settings.Manager, command.Flags().Arg(0)))
		if err != nil {
			return misuse(err)
		}
		return out.Result(manifest, func() { printManifest(out, manifest) })
	})
}

// readSnapshot returns the manifest of a snapshot that is as it was written.
func readSnapshot(path string) (*snapshot.Manifest, error) {
	from, end, err := snapshot.Open(path)
	if err != nil {
		return nil, err
	}
	defer end()
	for err == nil {
		_, _, err = from.Next()
	}
	if !snapshot.IsEnd(err) {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return from.Manifest, nil
}

// snapshotFile is the file that somebody names: a path, or a name in the folder for
// snapshots.
func snapshotFile(settings config.ManagerSettings, named string) string {
	if _, err := os.Stat(named); !errors.Is(err, fs.ErrNotExist) || strings.ContainsRune(named, filepath.Separator) {
		return named
	}
	return filepath.Join(settings.SnapshotFolder(), strings.TrimSuffix(named, snapshot.Extension)+snapshot.Extension)
}

func printManifest(out *terminal.Output, m *snapshot.Manifest) {
	out.Printf("snapshot %s of network %s, lab %s, by %s\n", m.Name, m.Network, m.Lab, m.Software)
	out.Printf("taken %s, lab clock %s\n\n", m.Created.Local().Format(time.DateTime), m.Time.Local().Format(time.DateTime))
	rows, columns := make([][]any, len(m.Nodes)), []string{"node", "state", ">height", ">size", "machine"}
	if !slices.ContainsFunc(m.Nodes, func(n snapshot.Node) bool { return n.Machine != "" }) {
		columns = columns[:4]
	}
	for i, n := range m.Nodes {
		state, bytes := n.State, int64(0)
		if n.Removed {
			state = "removed"
		}
		for _, f := range m.FilesOf(i) {
			bytes += f.Size
		}
		rows[i] = []any{fmt.Sprintf("n%d", i), state, n.Height, size(bytes), n.Machine}[:len(columns)]
	}
	out.Table(columns, rows)
	keys := "the nodes' keys are in it"
	if !m.Keys {
		keys = "the nodes' keys are not in it"
	}
	out.Printf("\n%s\n", keys)
}

// size writes bytes with a unit.
func size(bytes int64) string {
	number, prefix := scaled(float64(bytes))
	return fmt.Sprintf("%.3g %sB", number, prefix)
}

func loadSnapshotCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "load FILE",
		Short: "Have a copy of a network go on from a snapshot",
		Long: `Check a snapshot, unpack it into a new data folder, and run the network that is
in it, as networkmngr runs one, until it is told to stop. It is a lab of its
own, which the one that it was taken of never meets, and goes on at the time
when that was. Without --port it takes the first ports that are free. FILE may
be the name of a snapshot in the folder for them. Without --data, what the copy
does is gone after a clean stop. While both networks run with one log folder,
other commands must name one of them with --manager; with --logs the copy has
its own.`,
		Example: `  networkmngr snapshot load before-the-fork
  networkmngr snapshot load before-the-fork --logs logs/copy
  networkmngr snapshot load ~/class/monday.nmlab -p 6000 -d monday`,
		Args: oneName,
		RunE: func(command *cobra.Command, args []string) error {
			settings, err := config.LoadManager(command.Flags())
			if err != nil {
				return err
			}
			return runSnapshot(command, snapshotFile(settings, args[0]), settings)
		},
	}
	config.ManagerFlags(command.Flags())
	return command
}

func branchCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "branch NAME",
		Short: "Have a copy of the running network go on beside it",
		Long: `Save the running network under a name, and run a copy of it from there, as
"snapshot load" does: two labs with one past.`,
		Example: `  networkmngr snapshot branch what-if
  networkmngr snapshot branch what-if -p 6000`,
		Args: oneName,
		RunE: func(command *cobra.Command, args []string) error {
			settings, err := config.LoadClient(command.Flags())
			if err != nil {
				return err
			}
			n, err := reach(command.Context(), settings)
			if err != nil {
				return err
			}
			taken, err := n.save(command.Context(), api.SnapshotRequest{Name: args[0]})
			n.http.CloseIdleConnections()
			if err != nil {
				return err
			}
			return runSnapshot(command, taken.File, settings.Manager)
		},
	}
	config.BranchFlags(command.Flags())
	return command
}

// runSnapshot runs a copy of the network that is in a file. If it cannot start, the data folder
// that was made for it goes again.
func runSnapshot(command *cobra.Command, file string, settings config.ManagerSettings) error {
	loaded, temporary, err := loading.Load(file, settings)
	if err != nil {
		return misuse(err)
	}
	outliveReaders()
	stood, err := runManager(command.Context(), loaded, temporary, command.OutOrStdout(), command.ErrOrStderr())
	if err != nil && !stood {
		err = errors.Join(err, folder.Discard(loaded.Data))
	}
	return err
}

// oneName takes the name of a snapshot.
func oneName(_ *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return misuse(fmt.Errorf("%s, want one: the name of a snapshot", argumentCount(args)))
	}
	return nil
}
