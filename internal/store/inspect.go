package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
)

// Inspect calls fn with a read-only view of the file in folder, and checks only what
// fn reads. A commit that the machine went down with is taken back first. The error wraps
// [os.ErrNotExist] if there is no file; see also [ErrLocked], [ErrDamaged] and [ErrVersion].
func Inspect(folder string, fn func(chain.Reader) error) error {
	return inspectOn(thisMachine(), folder, fn)
}

func inspectOn(m machine, folder string, fn func(chain.Reader) error) error {
	path := filepath.Join(folder, fileName)
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read chain: %w", err)
	}
	if info.Size() < 2*pageSize {
		return damaged(path, fmt.Sprintf("cut short to %d bytes", info.Size()))
	}
	db, file, err := openBolt(path, true)
	if err != nil {
		return err
	}
	s := newBolt(m, path, db, file)
	if _, err = goBack(path, m.boot); err == nil {
		err = s.checkVersion()
	}
	if err == nil {
		err = s.View(fn)
	}
	return errors.Join(err, s.Close())
}

// checkVersion refuses a file that another version of this program wrote.
func (s *Bolt) checkVersion() error {
	return s.call(func() error {
		return s.db.View(func(tx *bolt.Tx) error {
			meta := tx.Bucket(metaBucket)
			if meta == nil {
				return damaged(s.path, errNoBucket)
			}
			value, err := verifyChecksum(versionKey, meta.Get(versionKey))
			switch {
			case err != nil:
				return damaged(s.path, err)
			case len(value) != 4:
				return damaged(s.path, errLength)
			}
			if version := binary.BigEndian.Uint32(value); !readable(version) {
				return otherVersion(s.path, version)
			}
			return nil
		})
	})
}
