package node

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"

	"networkmngr/internal/disk"
	"networkmngr/internal/snapshot"
)

// ErrNoCopy means that the node's store cannot be copied.
var ErrNoCopy = errors.New("the chain is in no file")

// copier is a store that can be copied while it is used.
type copier interface {
	Copy(to func(size int64) (io.Writer, error)) error
}

// Copy writes what the node needs to go on elsewhere, without its identity, as a tar
// archive: pending.jsonl, if there is one, then chain.db, and then strategy.json, if there is
// one, which has all blocks of chain.db that are withheld. Together they are what a
// kill would have left: what was acknowledged before Copy is in there. A transfer that
// was in the chain when pending.jsonl was read, and that a reorg undid before chain.db
// was, is found on the way from the tip that pending.jsonl names. The error is that of
// reading, or of writing to w.
func (n *Node) Copy(w io.Writer) error {
	kept, ok := n.store.(copier)
	if !ok {
		return ErrNoCopy
	}
	archive := tar.NewWriter(w)
	if err := n.copyFile(archive, pendingFileName); err != nil {
		return err
	}
	err := kept.Copy(func(size int64) (io.Writer, error) { return archive, archive.WriteHeader(entry(snapshot.Chain, size)) })
	if err != nil {
		return err
	}
	if err := n.copyFile(archive, strategyFile); err != nil {
		return err
	}
	return archive.Close()
}

// copyFile leaves out a line that is being written: nobody was told of it.
func (n *Node) copyFile(archive *tar.Writer, name string) error {
	text, err := disk.ReadFile(filepath.Join(n.config.Folder, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	if err := archive.WriteHeader(entry(name, int64(len(text)))); err != nil {
		return err
	}
	_, err = archive.Write(text)
	return err
}

func entry(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, Format: tar.FormatPAX}
}
