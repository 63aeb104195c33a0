// Package consensus holds the rules that every node of a network applies
// alike, as pure functions: no I/O, no clock, no goroutines, no logger.
//
// A [State] says what a block on top of it must look like. Whatever a block
// refers to is gathered first (see [Touched]) and then judged: [State.Apply]
// gives the next State and the [Diff] of accounts, and [Diff.Inverse] takes it back.
// Each rule has a name of its own, a [Rule], that errors.Is finds.
package consensus
