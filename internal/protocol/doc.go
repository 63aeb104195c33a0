// Package protocol is what a node says to its peers and what it does about
// what they say: handshake, headers-first sync from several peers, compact
// block relay (BIP 152), transaction relay, exchange of addresses, and the
// judgement of misbehaviour.
//
// It is a state machine without I/O, goroutines or a clock. [Engine.Handle]
// takes an [Input] and the time, and returns the [Effect]s that follow. Whoever
// drives it carries messages, dials, stores blocks, and brings the outcome
// back as another input. The same inputs in the same order, with the same
// random source, have the same effects.
package protocol
