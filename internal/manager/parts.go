package manager

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/fleet"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/manager/drafts"
	"networkmngr/internal/manager/each"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/snapshot"
)

// A snapshot of several machines is made of parts: the manager of each sends one of its own
// nodes, which has the form of a snapshot, and the first one puts the nodes' files into one.

// errParts means that a part is being sent already.
var errParts = fmt.Errorf("%w: another one is sent just now, try again in a moment", errSnapshot)

// handlePart sends what this manager's own nodes have, with their names.
func (m *Manager) handlePart(c *gin.Context) error {
	withoutKeys, err := httpserver.Bool(c, "without_keys")
	if err != nil {
		return err
	}
	if !m.parting.TryLock() {
		return errParts
	}
	defer m.parting.Unlock()
	s := taking{m: m, folder: m.data.Path, keys: !withoutKeys, drafts: drafts.New(m.data.Path)} // a folder that no other manager has
	defer s.drafts.Discard()
	manifest, err := s.takePart(c.Request.Context())
	if err != nil {
		return fmt.Errorf("%w: %s", errSnapshot, err.Error()) // which may wrap a node's own refusal
	}
	c.Header("Content-Type", "application/zstd")
	c.Header("Cache-Control", "no-store")
	return s.drafts.Send(httpserver.TimedWriter{Context: c}, manifest)
}

// takePart makes the sections of this manager's own nodes. Nodes come and go again while they
// are sent.
func (s *taking) takePart(ctx context.Context) (manifest snapshot.Manifest, err error) {
	release, err := s.m.change(ctx)
	if err != nil {
		return manifest, err
	}
	defer release()
	ctx, cancel := s.m.untilStopping(ctx)
	defer cancel()
	own, err := s.m.ownSaved()
	if err != nil {
		return manifest, err
	}
	own = slices.DeleteFunc(own, func(n saved) bool { return n.member == nil })
	manifest = s.begin("part", own)
	for i, n := range own {
		manifest.Nodes[i].Name = n.member.Name()
	}
	if err := s.addNodes(ctx, nil); err != nil {
		return manifest, err
	}
	err = s.drafts.Section(0, func(to *snapshot.Section) error {
		return drafts.AddFile(to, s.m.data.Path, datafolder.GenesisFile, snapshot.GenesisFile)
	})
	manifest.Files = s.drafts.Files()
	return manifest, err
}

// part is what a machine's manager sends.
type part struct {
	machine *machine
	draft   *os.File // as it came; nil before
	from    *snapshot.Reader
	nodes   []saved // by their numbers there
}

func (p *part) close() {
	if p.from != nil {
		p.from.Close()
	}
	if p.draft != nil {
		drafts.Remove(p.draft)
	}
}

func closeParts(parts []*part) {
	for _, p := range parts {
		p.close()
	}
}

// openParts begins to read the parts of all machines whose nodes are in the network, which
// send them side by side. The caller closes them, after an error too.
func (s *taking) openParts(ctx context.Context) (parts []*part, err error) {
	for _, x := range s.m.machines.all() {
		of := func(member *fleet.Member) bool { return member.Machine() == x.url }
		if x.form().State == api.MachineJoined || slices.ContainsFunc(s.m.fleet.All(), of) {
			parts = append(parts, &part{machine: x})
		}
	}
	const besides = 4 << 20 // bytes of a manifest, and of what tells files from each other
	room := s.room()
	raw := atomic.Int64{}
	raw.Store(room + int64(len(parts))*besides)
	if err := each.Do(ctx, len(parts), func(ctx context.Context, i int) error { return s.fetch(ctx, parts[i], &raw) }); err != nil {
		return parts, err
	}
	for _, p := range parts {
		if err := p.open(s.m, room); err != nil {
			return parts, fmt.Errorf("the manager at %s: %w", p.machine.url, err)
		}
		for _, f := range p.from.Manifest.Files {
			room -= f.Size
		}
	}
	return parts, nil
}

// room is how much there is for what machines send, in bytes: the files are there three times
// for a moment, as they came, as drafts, and put together.
func (s *taking) room() int64 {
	most := snapshot.DefaultLimits().Bytes
	free, err := s.m.free(s.folder)
	if err != nil {
		return most // writing will tell
	}
	return max(0, min(most, (int64(free)-folder.Reserve)/3))
}

// open begins to read what has come, which is of so many bytes at most.
func (p *part) open(m *Manager, most int64) (err error) {
	const filesOfNode = 4
	nodes := len(p.machine.all())
	if p.from, err = snapshot.Read(p.draft, snapshot.Limits{Bytes: most, Files: 1 + filesOfNode*nodes, Nodes: nodes}); err == nil {
		p.nodes, err = m.nodesOfPart(p.machine, p.from.Manifest)
	}
	return err
}

// fetch puts what a machine sends into a draft, and takes its bytes from room. Who sends gives
// up on a reader that waits for something else, as for other machines.
func (s *taking) fetch(ctx context.Context, p *part, room *atomic.Int64) error {
	x := p.machine
	if err := x.answers(); err != nil {
		return err
	}
	ctx, more, end := x.whileAnswering(ctx, s.m.limits.machine)
	defer end()
	stream, err := x.client.Part(ctx, !s.keys)
	if err != nil {
		return fmt.Errorf("the manager at %s: %w", x.url, x.unanswered(ctx, err))
	}
	defer stream.Close()
	if p.draft, err = s.drafts.Create(); err != nil {
		return err
	}
	if _, err = io.Copy(&sending{p.draft, room, more}, stream); err == nil {
		_, err = p.draft.Seek(0, io.SeekStart)
	}
	if err != nil && !errors.Is(err, folder.ErrNoSpace) {
		err = x.unanswered(ctx, err)
	}
	return err
}

// sending writes what one of several machines sends to a draft, as far as there is room for
// all of them.
type sending struct {
	to   io.Writer
	room *atomic.Int64 // in bytes
	more func()        // is told that something has come
}

func (s *sending) Write(p []byte) (int, error) {
	s.more()
	if s.room.Add(-int64(len(p))) < 0 {
		return 0, fmt.Errorf("%w: for what other machines send of their nodes", folder.ErrNoSpace)
	}
	return s.to.Write(p)
}

// nodesOfPart are a machine's nodes in the order of its part, which has all that are in the
// network, and none of another one.
func (m *Manager) nodesOfPart(x *machine, manifest *snapshot.Manifest) (nodes []saved, err error) {
	if is := m.network().Params.GenesisID.String(); manifest.Genesis != is {
		return nil, fmt.Errorf("%w: its nodes are of the genesis block %.64q, and not of %s", errOtherLab, manifest.Genesis, is)
	}
	known := x.all()
	for _, n := range manifest.Nodes {
		at := slices.IndexFunc(known, func(member *fleet.Member) bool { return member.Name() == n.Name })
		if at < 0 {
			return nil, fmt.Errorf("%w: no node of it is %.32q, or two are", snapshot.ErrDamaged, n.Name)
		}
		nodes = append(nodes, saved{member: known[at]})
		known = slices.Delete(known, at, at+1)
	}
	for _, member := range known {
		if !m.isRemoved(member) {
			return nil, fmt.Errorf("%w: %s is not in it", snapshot.ErrDamaged, member.Name())
		}
	}
	return nodes, nil
}

// addPart makes sections of the files of a part's nodes, and takes nothing else of it.
func (s *taking) addPart(p *part) error {
	number := func(file snapshot.File) int { // of its node, in the snapshot; -1 of none
		if of, there, _ := snapshot.Part(file.Path); of == "nodes" {
			return slices.Index(s.nodes, p.nodes[there])
		}
		return -1
	}
	file, content, err := p.from.Next()
	for err == nil {
		now := number(file)
		if now < 0 {
			file, content, err = p.from.Next()
			continue
		}
		if s.drafts.Has(1 + now) {
			return fmt.Errorf("%w: files of a node are not beside each other", snapshot.ErrDamaged)
		}
		failed := s.drafts.Section(1+now, func(to *snapshot.Section) (failed error) {
			for err == nil && failed == nil && number(file) == now {
				_, _, name := snapshot.Part(file.Path)
				if name != snapshot.Identity || s.keys {
					failed = to.Add(snapshot.NodeFile(now, name), file.Size, content)
				}
				file, content, err = p.from.Next()
			}
			return failed
		})
		if failed != nil {
			return failed
		}
	}
	if snapshot.IsEnd(err) {
		return nil
	}
	return err
}
