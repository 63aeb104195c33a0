// Package mempool keeps the transfers that wait for a block: those that the
// chain's tip would take, by fee, within limits.
//
// Transfers of one sender form a queue without gaps that starts at the
// account's next sequence number. A queue spends only what its sender has at
// the tip; what others are about to pay does not count. So whatever is taken
// from the front of queues, in any mix, a block may hold.
//
// The pool follows the chain by pulling: [Pool.Sync], and every change, first
// asks what happened since the last time.
package mempool
