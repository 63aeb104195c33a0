// Package store keeps a node's chain: [Bolt] on disk, in one file that one
// process owns, and [Memory] for tests and simulations.
//
// The file is a bbolt database, a copy-on-write B+ tree. A commit writes new
// pages, then one of two meta pages; so a process killed at any moment leaves the
// state before a commit or the one after it. The disk has a commit some milliseconds
// later: a machine that goes down within them takes that commit back, and no other
// (settle.go). The buckets:
//
//	meta          "version" → u32
//	              "tip" → height u64 | id | transactions u64 | accounts u64
//	              "reorg" → height u64 | id | height u64 | id: from and to, while
//	              a reorg is incomplete
//	              "invalidated" → height u64 | id, ...: by hand, while there are any
//	              "commit" → the number of the last commit, u64
//	              "backlog" → height u64 | id | blocks u64 | transactions u64
//	blocks        height u64 | id | 'b' → the block's encoding
//	              height u64 | id | 'd' → what the block did to the accounts
//	              height u64 | id | 'x', 'y', 'z' → nothing: spacers, of a large block
//	accounts      address → balance u64 | sequence u64
//	balances      ^balance u64 | address → nothing: the richest come first
//	transactions  first 8 bytes of an id | height u40 | position u16 → nothing
//	history       address | height u40 → position u16, ...
//
// Integers are big-endian, so that blocks are in the order of their heights: a
// new block goes to the end of the tree, next to its diff, and fills its pages. Behind a
// large one are spacers, so that no later commit writes the block again (spacers.go).
// Rows of the last two buckets, of the main chain's blocks only, go anywhere in
// the tree: each page that one goes to is written anew. So the rows of the last
// blocks, the backlog, are written together, in the order of their keys, when there
// are many and nothing else is to be written. Until then they are in memory; after
// a restart they are made from the blocks once somebody looks for one. A reorg of
// blocks in the backlog changes no row of the file.
//
// After each value comes the CRC-32C of its key and itself.
package store
