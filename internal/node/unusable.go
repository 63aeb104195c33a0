package node

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/disk"
)

// unusableLines are lines of pending.jsonl that no transfer comes from.
type unusableLines struct {
	damaged [][]byte // cannot be read, or do not fit their checksum
	foreign [][]byte // of another network
	refused [][]byte // break a rule that no reorg changes
}

func (u *unusableLines) all() [][]byte { return slices.Concat(u.damaged, u.foreign, u.refused) }

// save writes the lines, if there are any, to a new file beside that at path, and
// tells of it. They may be all that is left of what somebody was promised.
func (u *unusableLines) save(path string, log hclog.Logger) error {
	lines := u.all()
	if len(lines) == 0 {
		return nil
	}
	aside := fmt.Sprintf("%s.unusable-%s.jsonl", strings.TrimSuffix(path, filepath.Ext(path)), time.Now().UTC().Format("20060102T150405.000000000Z"))
	if err := disk.Create(aside, bytes.Join(lines, nil), 0o644); err != nil {
		return err
	}
	log.Warn("pending transfers were lost, their lines are kept aside", "damaged", len(u.damaged),
		"of-another-network", len(u.foreign), "refused", len(u.refused), "file", aside)
	return nil
}
