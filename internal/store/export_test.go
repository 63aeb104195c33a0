package store

import (
	"time"

	bolt "go.etcd.io/bbolt"
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
