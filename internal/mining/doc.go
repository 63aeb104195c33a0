// Package mining does the work of a proof-of-work miner: it searches for the
// nonce that makes a header's hash meet its target.
//
// A [Source] says what to search for: a [Job]. A [Worker] takes the job, builds
// block templates from it, has a [Solver] search, and submits what is found.
// [CPU] really hashes, at full speed or within a [Limit]; [Paced] stands for a
// miner with a given hash rate, without burning the processor for it. A
// [Schedule] decides by [Settings] when to mine at all.
package mining
