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
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/bootstrap"
	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/disk"
	"networkmngr/internal/events/archive"
	"networkmngr/internal/events/state"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
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

// keptNames are those of managerFiles that a snapshot takes as they are. Of the others it has
// none: a copy is another lab, with a stream and a certificate of its own, the network's
// description has a place of its own, and which nodes were removed is in the manifest, as it
// is kept by their ports.
var keptNames = []string{clockFile, faultsFile, planFile, bootstrap.FileName}

func (m *Manager) handleSnapshot(c *gin.Context) error {
	var request api.SnapshotRequest
	if err := httpserver.Decode(c, &request); err != nil {
		return err
	}
	ctx := c.Request.Context()
	release, err := m.change(ctx)
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := m.untilStopping(ctx)
	defer cancel()
	if err := m.allHere(); err != nil {
		return err
	}
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
	path := filepath.Join(folder, request.Name+snapshot.Extension)
	if _, err := os.Stat(path); err == nil {
		return answer, fmt.Errorf("%w: %s", errSnapshotExists, path)
	}
	release, err := sweepDrafts(folder)
	if err != nil {
		return answer, fmt.Errorf("%w: %s: %w", errSnapshot, folder, err)
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
	answer.Name, answer.File, answer.Nodes, answer.Seconds = request.Name, path, len(manifest.Nodes), time.Since(began).Seconds()
	for _, n := range manifest.Nodes {
		answer.Height = max(answer.Height, n.Height)
	}
	answer.Message = fmt.Sprintf("snapshot %s of %s, up to block %d", answer.Name, terminal.Plural(answer.Nodes, "node"), answer.Height)
	m.log.Info("snapshot taken", "file", path, "nodes", answer.Nodes, "bytes", answer.Bytes, "took", time.Since(began))
	return answer, nil
}

// taking is a snapshot that is being taken.
type taking struct {
	m        *Manager
	folder   string
	keys     bool
	sections []*os.File // drafts in folder: the network's, and each node's
}

// discard removes the drafts.
func (s *taking) discard() {
	for _, file := range s.sections {
		if file != nil {
			file.Close()
			_ = os.Remove(file.Name())
		}
	}
}

// take makes the sections, those of nodes side by side, and the events', which must tell
// what the nodes' have, last.
func (s *taking) take(ctx context.Context, name string) (manifest snapshot.Manifest, err error) {
	ports, err := keptIn(s.m.data.path)
	if err != nil {
		return manifest, err
	}
	manifest = s.m.manifest(name, ports)
	manifest.Keys = s.keys
	s.sections = make([]*os.File, 1+len(ports))
	files := make([][]snapshot.File, len(s.sections))
	err = each(ctx, len(ports), func(ctx context.Context, i int) (err error) {
		files[1+i], err = s.section(1+i, func(to *snapshot.Section) error { return s.addNode(ctx, to, i, ports[i]) })
		if err != nil {
			return fmt.Errorf("node on port %d: %w", ports[i], err)
		}
		return nil
	})
	if err != nil {
		return manifest, err
	}
	s.m.watcher.settle()
	files[0], err = s.section(0, s.addNetwork)
	manifest.Files = slices.Concat(files...)
	return manifest, err
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

// section writes a section to a draft.
func (s *taking) section(number int, add func(*snapshot.Section) error) (files []snapshot.File, err error) {
	file, err := os.CreateTemp(s.folder, sectionDraft)
	if err != nil {
		return nil, err
	}
	s.sections[number] = file
	section, err := snapshot.NewSection(file)
	if err != nil {
		return nil, err
	}
	if err := add(section); err != nil {
		return nil, err
	}
	if files, err = section.Close(); err != nil {
		return nil, err
	}
	_, err = file.Seek(0, io.SeekStart)
	return files, err
}

// write puts the snapshot together, and returns its size in bytes. It is there once it is
// complete.
func (s *taking) write(path string, manifest snapshot.Manifest) (size int64, err error) {
	draft := disk.TempPath(path)
	file, err := os.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // it may have keys
	if err != nil {
		return 0, err
	}
	sections := make([]io.Reader, len(s.sections))
	for i, section := range s.sections {
		sections[i] = section
	}
	err = snapshot.Write(file, manifest, sections...)
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

// manifest says what there is of the network, and of the nodes on these ports.
func (m *Manager) manifest(name string, ports []int) snapshot.Manifest {
	now, told := time.Now(), m.watcher.state()
	params := m.data.genesis.Params
	manifest := snapshot.Manifest{
		Software: m.config.Software, Name: name, Created: now.UTC(),
		Time:    now.Add(-time.Duration(m.clock.read().Now(now).Behind)).UTC(),
		Network: params.Name, Genesis: params.GenesisID.String(), Lab: m.settings.Lab, Offset: told.Offset,
		Nodes: make([]snapshot.Node, len(ports)),
	}
	for i, port := range ports {
		manifest.Nodes[i] = m.manifestNode(port, told)
	}
	return manifest
}

func (m *Manager) manifestNode(port int, told state.State) snapshot.Node {
	n := snapshot.Node{State: state.Down}
	member, err := m.fleet.FindAny(strconv.Itoa(port))
	if err != nil { // of a node that was not fully added
		n.Removed = true
		return n
	}
	n.Removed = slices.Contains(m.fleet.Removed(), member)
	for _, known := range told.Nodes {
		if known.Name == member.Name() {
			n.ID, n.State = known.ID.String(), known.State
			if known.Tip != nil {
				n.Height, n.Tip = known.Tip.Index, known.Tip.Hash.String()
			}
		}
	}
	return n
}

// addNode adds a node's files: from the node, if it runs, or else from its folder.
func (s *taking) addNode(ctx context.Context, to *snapshot.Section, number, port int) error {
	folder := config.NodeFolder(s.m.data.path, port)
	if s.keys {
		if err := addFile(to, folder, snapshot.Identity, snapshot.NodeFile(number, snapshot.Identity)); err != nil {
			return err
		}
	}
	member, err := s.m.fleet.Find(strconv.Itoa(port))
	if err == nil && member.State() == fleet.Running {
		return s.m.node(member).addTo(ctx, to, number)
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
	if err := addFile(to, s.m.data.path, datafolder.GenesisFile, snapshot.GenesisFile); err != nil {
		return err
	}
	s.m.noteLived(clock.Lab.Alive) // from which a copy goes on
	for _, name := range keptNames {
		if err := addFile(to, s.m.data.path, name, snapshot.KeptFile(name)); err != nil {
			return err
		}
	}
	return s.addEvents(to)
}

func (s *taking) addEvents(to *snapshot.Section) error {
	if s.m.watcher.kept == nil {
		return nil // they are not on disk
	}
	parts, err := s.m.watcher.kept.Parts()
	if err != nil {
		return err
	}
	defer archive.ClosePart(parts...)
	for _, p := range parts {
		name := fmt.Sprintf("%020d.jsonl", p.First)
		if p.Packed {
			name += packedSuffix
		}
		err = cmp.Or(err, to.Add(snapshot.EventsFile(name), p.Size, p))
	}
	return err
}

const packedSuffix = ".gz"
