// Package mining does the work of a proof-of-work miner: it searches for the
// nonce that makes a header's hash meet its target.
//
// [Solver] is the search. [CPU] really hashes; [Paced] stands for a miner with
// an asked hash rate, without burning the processor for it.
package mining
