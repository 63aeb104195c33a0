package manager

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
	"networkmngr/internal/manager/each"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/stream"
	"networkmngr/internal/snapshot"
	"networkmngr/internal/terminal"
)

var (
	// errSnapshotName means that no snapshot can have such a name.
	errSnapshotName = errors.New("no name of a snapshot")
	// errSnapshotExists means that there is a snapshot of this name.
	errSnapshotExists = errors.New("there is a snapshot of this name already")
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
	folder, err := filepath.Abs(m.settings.SnapshotFolder())
	if err == nil {
		err = disk.MakeFolder(folder, 0o755)
	}
	if err != nil {
		return answer, fmt.Errorf("%w: %w", errSnapshot, err)
	}
	path, release, err := takeName(folder, request.Name)
	if err != nil {
		return answer, err
	}
	defer release()
	s := taking{m: m, folder: folder, keys: !request.WithoutKeys}
	defer s.discard()
	manifest, err := s.take(ctx, request.Name)
	if err == nil {
		answer.Bytes, err = s.write(path, manifest)
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

// takeName takes the folder of snapshots for one of a name, which there must not be yet: whether
// there is one is known only while no other manager writes there.
func takeName(folder, name string) (path string, release func(), err error) {
	release, err = sweepDrafts(folder)
	if err != nil {
		return "", nil, fmt.Errorf("%w: %s: %w", errSnapshot, folder, err)
	}
	path = filepath.Join(folder, name+snapshot.Extension)
	if _, err := os.Stat(path); err == nil {
		release()
		return "", nil, fmt.Errorf("%w: %s", errSnapshotExists, path)
	}
	return path, release, nil
}

// taking is a snapshot that is being taken.
type taking struct {
	m        *Manager
	folder   string
	keys     bool
	nodes    []saved           // by number
	sections []*os.File        // drafts in folder: the network's, and each node's; nil for nothing
	files    [][]snapshot.File // of the sections
}

// discard removes the drafts.
func (s *taking) discard() {
	for _, file := range s.sections {
		if file != nil {
			removeDraft(file)
		}
	}
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
	err = s.section(0, s.addNetwork)
	manifest.Files = slices.Concat(s.files...)
	return manifest, err
}

// begin is for a snapshot of these nodes, by number.
func (s *taking) begin(name string, nodes []saved) snapshot.Manifest {
	s.nodes, s.sections, s.files = nodes, make([]*os.File, 1+len(nodes)), make([][]snapshot.File, 1+len(nodes))
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
		if err := s.section(1+i, func(to *snapshot.Section) error { return s.addNode(ctx, to, i, n) }); err != nil {
			return fmt.Errorf("node on port %d: %w", n.port, err)
		}
		return nil
	})
}

// Drafts of a snapshot, and the lock that is held while there are any.
const (
	sectionDraft  = ".section-*"
	snapshotDraft = ".*" + snapshot.Extension
	draftsLock    = ".lock"
)

// errDrafts means that another manager writes to the folder of snapshots.
var errDrafts = errors.New("another manager takes a snapshot there just now, try again in a moment")

// sweepDrafts takes the folder of snapshots, which several managers may share, and removes
// what a kill has left there.
func sweepDrafts(folder string) (release func(), err error) {
	path := filepath.Join(folder, draftsLock)
	lock, err := disk.Lock(path)
	if errors.Is(err, disk.ErrLocked) {
		err = errDrafts
	}
	if err != nil {
		return nil, err
	}
	for _, pattern := range []string{sectionDraft, snapshotDraft} {
		drafts, _ := fs.Glob(os.DirFS(folder), pattern) // the patterns are good
		for _, draft := range drafts {
			_ = os.Remove(filepath.Join(folder, draft))
		}
	}
	return func() { _ = disk.RemoveLock(lock, path) }, nil
}

// removeDraft removes a draft that is open.
func removeDraft(file *os.File) {
	file.Close()
	_ = os.Remove(file.Name())
}

// section writes a section to a draft.
func (s *taking) section(number int, add func(*snapshot.Section) error) error {
	file, err := os.CreateTemp(s.folder, sectionDraft)
	if err != nil {
		return err
	}
	s.sections[number] = file
	section, err := snapshot.NewSection(file)
	if err != nil {
		return err
	}
	if err := add(section); err != nil {
		return err
	}
	if s.files[number], err = section.Close(); err != nil {
		return err
	}
	_, err = file.Seek(0, io.SeekStart)
	return err
}

// send puts the snapshot together.
func (s *taking) send(w io.Writer, manifest snapshot.Manifest) error {
	var sections []io.Reader
	for _, section := range s.sections {
		if section != nil {
			sections = append(sections, section)
		}
	}
	return snapshot.Write(w, manifest, sections...)
}

// write is send to a file, and returns its size in bytes. It is there once it is complete.
func (s *taking) write(path string, manifest snapshot.Manifest) (size int64, err error) {
	draft := disk.TempPath(path)
	file, err := os.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it may have keys
	if err != nil {
		return 0, err
	}
	err = s.send(file, manifest)
	if info, statErr := file.Stat(); statErr == nil {
		size = info.Size()
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = disk.Rename(s.folder, filepath.Base(draft), filepath.Base(path))
	}
	if err != nil {
		_ = os.Remove(draft)
	}
	return size, err
}

// addNode adds a node's files: from the node, if it runs, or else from its folder.
func (s *taking) addNode(ctx context.Context, to *snapshot.Section, number int, n saved) error {
	folder := config.NodeFolder(s.m.data.Path, n.port)
	if s.keys {
		if err := addFile(to, folder, snapshot.Identity, snapshot.NodeFile(number, snapshot.Identity)); err != nil {
			return err
		}
	}
	if n.member != nil && !s.m.isRemoved(n.member) && n.member.State() == fleet.Running {
		return s.m.node(n.member).addTo(ctx, to, number)
	}
	for _, name := range []string{snapshot.Pending, snapshot.Chain, snapshot.Strategy} { // as node.Node.Copy has them
		if err := addFile(to, folder, name, snapshot.NodeFile(number, name)); err != nil {
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

// addFile adds a file of a folder, if it is there.
func addFile(to *snapshot.Section, folder, name, path string) error {
	file, err := disk.Open(filepath.Join(folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return to.Add(path, info.Size(), file)
}

// addNetwork adds what is of the network as a whole.
func (s *taking) addNetwork(to *snapshot.Section) error {
	if err := addFile(to, s.m.data.Path, datafolder.GenesisFile, snapshot.GenesisFile); err != nil {
		return err
	}
	s.m.noteLived(clock.Lab.Alive) // from which a copy goes on
	for _, name := range folder.Copied {
		if err := addFile(to, s.m.data.Path, name, snapshot.KeptFile(name)); err != nil {
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
