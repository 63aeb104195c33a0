package manager

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/disk"
	"networkmngr/internal/events/archive"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/drafts"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/stream"
	"networkmngr/internal/snapshot"
	"networkmngr/internal/terminal"
)

var (
	// errSnapshotName means that no snapshot can have such a name.
	errSnapshotName = errors.New("no name of a snapshot")
	// errSnapshot means that a snapshot was not written.
	errSnapshot = errors.New("the snapshot was not taken")
)

var snapshotName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`) })

func (m *Manager) handleSnapshot(c *gin.Context) error {
	var request api.SnapshotRequest
	if err := httpserver.Decode(c, &request); err != nil {
		return err
	}
	ctx, cancel := m.untilStopping(c.Request.Context())
	defer cancel()
	select {
	case m.saving <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-m.saving }()
	answer, err := m.takeSnapshot(ctx, request)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusCreated, answer)
}

// takeSnapshot writes a snapshot of the network, which goes on meanwhile. Each node's part
// is what a kill would have left of it, at slightly different moments, as after messages
// that were lost: nothing that was acknowledged before is missing.
func (m *Manager) takeSnapshot(ctx context.Context, request api.SnapshotRequest) (answer api.Snapshot, err error) {
	began := time.Now()
	if !snapshotName().MatchString(request.Name) {
		return answer, fmt.Errorf("%w: %q: want 1 to 64 letters, digits, dots, underscores and hyphens, of which a letter or digit comes first", errSnapshotName, request.Name)
	}
	file := request.Name + snapshot.Extension
	path, release, err := m.takePath(file)
	if err != nil {
		return answer, err
	}
	defer release()
	folder := filepath.Dir(path)
	s := taking{m: m, folder: folder, keys: !request.WithoutKeys, drafts: drafts.New(folder)}
	defer s.drafts.Discard()
	manifest, err := s.take(ctx, request.Name)
	if err == nil {
		answer.Bytes, err = s.drafts.Write(file, manifest)
	}
	if err != nil { // which may wrap a node's own refusal
		return answer, fmt.Errorf("%w: %s", errSnapshot, err.Error())
	}
	answer.Name, answer.File, answer.Nodes, answer.Seconds = request.Name, path, s.count(), time.Since(began).Seconds()
	for _, n := range manifest.Nodes {
		answer.Height = max(answer.Height, n.Height)
	}
	answer.Message = fmt.Sprintf("snapshot %s of %s, up to block %d", answer.Name, terminal.Plural(answer.Nodes, "node"), answer.Height)
	m.log.Info("snapshot taken", "file", path, "nodes", answer.Nodes, "bytes", answer.Bytes, "took", time.Since(began))
	return answer, nil
}

// takePath takes the folder of snapshots, which it makes if there is none, for a snapshot in this
// file, until release. The path of the file is absolute.
func (m *Manager) takePath(file string) (path string, release func(), err error) {
	folder, err := filepath.Abs(m.settings.SnapshotFolder())
	if err == nil {
		err = disk.MakeFolder(folder, 0o755)
	}
	if err == nil {
		path, release, err = drafts.Take(folder, file)
	}
	if err != nil && !errors.Is(err, drafts.ErrExists) {
		err = fmt.Errorf("%w: %s: %w", errSnapshot, folder, err)
	}
	return path, release, err
}

// taking is a snapshot that is being taken. Its first section is the network's; the others are
// the nodes', by number.
type taking struct {
	m      *Manager
	folder string
	keys   bool
	nodes  []saved // by number
	drafts *drafts.Set
}

// take makes the sections. Other machines may take long to send theirs, which holds up no
// change: nodes may come and go meanwhile.
func (s *taking) take(ctx context.Context, name string) (manifest snapshot.Manifest, err error) {
	parts, err := s.openParts(ctx)
	defer closeParts(parts)
	if err != nil {
		return manifest, err
	}
	release, err := s.m.change(ctx)
	if err != nil {
		return manifest, err
	}
	defer release()
	return s.takeWith(ctx, name, parts)
}

// takeWith makes the sections, those of nodes side by side, and the events', which must tell
// what the nodes' have, last. The caller has the change; see Manager.change.
func (s *taking) takeWith(ctx context.Context, name string, parts []*part) (manifest snapshot.Manifest, err error) {
	own, err := s.m.ownSaved()
	if err != nil {
		return manifest, err
	}
	for _, p := range parts {
		own = append(own, p.nodes...)
	}
	manifest = s.begin(name, place(own))
	if err := s.addNodes(ctx, parts); err != nil {
		return manifest, err
	}
	s.m.stream.Settle()
	err = s.drafts.Section(0, s.addNetwork)
	manifest.Files = s.drafts.Files()
	return manifest, err
}

// begin is for a snapshot of these nodes, by number.
func (s *taking) begin(name string, nodes []saved) snapshot.Manifest {
	s.nodes = nodes
	s.drafts.Expect(1 + len(nodes))
	manifest := s.m.manifest(name, nodes)
	manifest.Keys = s.keys
	return manifest
}

// addNodes makes the sections of this manager's nodes, and of those of other machines.
func (s *taking) addNodes(ctx context.Context, parts []*part) error {
	return each.Do(ctx, len(s.nodes)+len(parts), func(ctx context.Context, i int) error {
		if i >= len(s.nodes) {
			return s.addPart(parts[i-len(s.nodes)])
		}
		n := s.nodes[i]
		if n.port == 0 {
			return nil
		}
		if err := s.drafts.Section(1+i, func(to *snapshot.Section) error { return s.addNode(ctx, to, i, n) }); err != nil {
			return fmt.Errorf("node on port %d: %w", n.port, err)
		}
		return nil
	})
}

// addNode adds a node's files: from the node, if it runs, or else from its folder.
func (s *taking) addNode(ctx context.Context, to *snapshot.Section, number int, n saved) error {
	folder := config.NodeFolder(s.m.data.Path, n.port)
	if s.keys {
		if err := drafts.AddFile(to, folder, snapshot.Identity, snapshot.NodeFile(number, snapshot.Identity)); err != nil {
			return err
		}
	}
	if n.member != nil && !s.m.isRemoved(n.member) && n.member.State() == fleet.Running {
		return s.m.node(n.member).addTo(ctx, to, number)
	}
	for _, name := range []string{snapshot.Pending, snapshot.Chain, snapshot.Strategy} { // as node.Node.Copy has them
		if err := drafts.AddFile(to, folder, name, snapshot.NodeFile(number, name)); err != nil {
			return err
		}
	}
	return nil
}

// addTo adds what a node says that it has on disk.
func (c node) addTo(ctx context.Context, to *snapshot.Section, number int) error {
	ctx, cancel := c.whileAnswering(ctx)
	defer cancel()
	stream, err := c.client.Snapshot(ctx)
	if err != nil {
		return c.unanswered(ctx, err)
	}
	defer stream.Close()
	for files := tar.NewReader(stream); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return c.unreachable(ctx, err)
		}
		if err := to.Add(snapshot.NodeFile(number, head.Name), head.Size, files); err != nil {
			return c.unreachable(ctx, err)
		}
	}
}

// addNetwork adds what is of the network as a whole.
func (s *taking) addNetwork(to *snapshot.Section) error {
	if err := drafts.AddFile(to, s.m.data.Path, datafolder.GenesisFile, snapshot.GenesisFile); err != nil {
		return err
	}
	s.m.noteLived(clock.Lab.Alive) // from which a copy goes on
	for _, name := range folder.Copied {
		if err := drafts.AddFile(to, s.m.data.Path, name, snapshot.KeptFile(name)); err != nil {
			return err
		}
	}
	return s.addEvents(to)
}

func (s *taking) addEvents(to *snapshot.Section) error {
	parts, err := s.m.stream.Parts()
	if err != nil {
		return err
	}
	defer archive.ClosePart(parts...)
	for _, p := range parts {
		err = cmp.Or(err, to.Add(snapshot.EventsFile(stream.PartName(p)), p.Size, p))
	}
	return err
}
