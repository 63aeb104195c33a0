// Package store keeps a node's chain: [Bolt] on disk, in one file that one
// process owns, and [Memory] for tests and simulations.
//
// The file is a bbolt database, a copy-on-write B+ tree. A commit writes new
// pages, waits for the disk, then writes one of two meta pages, and waits
// again; so a process that is killed at any moment leaves the state before a
// commit or the one after it. Three buckets hold everything:
//
//	meta      "version" → u32, "tip" → height u64 | id
//	blocks    height u64 | id | 'b' → the block's encoding
//	          height u64 | id | 'd' → what the block did to the accounts
//	accounts  address → balance u64 | sequence u64
//
// Integers are big-endian, so that blocks lie in the order of their heights:
// a new block goes to the end of the tree, next to its diff, and fills its
// pages. Behind each value stands the CRC-32C of its key and itself.
package store
