// Package consensus holds the rules that every node of a network applies
// alike, as pure functions: no I/O, no clock, no goroutines, no logger.
//
// A [State] says what the next block must look like. The accounts that a block
// touches are gathered first (see [Touched]): [State.Apply] checks the block and
// returns the next State and the [Diff] of accounts, which [Diff.Inverse] undoes.
// Each rule has a name, a [Rule], that errors.Is finds.
package consensus
