package store

import (
	"time"

	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
)

// BatchBy has a new store write its backlog in small batches.
func (s *Bolt) BatchBy(blocks, transactions uint64, quiet time.Duration) {
	s.batches = batches{blocks, transactions, quiet}
}

// WriteBatch does what is done when it is quiet.
func (s *Bolt) WriteBatch() { s.index() }

// Written counts the rows of transactions that are in the file.
func (s *Bolt) Written() (rows int) {
	_ = s.db.View(func(tx *bolt.Tx) error {
		rows = tx.Bucket(transactionsBucket).Stats().KeyN
		return nil
	})
	return rows
}

// Kept counts the blocks whose rows are in memory.
func (s *Bolt) Kept() int { return len(s.recent.rows) }

// Machine is one that a test makes up: of some boot, with some disk.
type Machine struct {
	Boot byte // 0 is unknown
	Sync func(*bolt.DB) error
}

func (m Machine) machine() machine { return machine{boot: bootID{m.Boot}, sync: m.Sync} }

func (m Machine) Open(folder string) (*Bolt, error) { return openOn(m.machine(), folder) }

func (m Machine) Inspect(folder string, fn func(chain.Reader) error) error {
	return inspectOn(m.machine(), folder, fn)
}
