// Package mempool keeps the transfers that wait for a block: those that the
// chain's tip would take, by fee, within limits.
//
// Transfers of one sender form a queue without sequence gaps that starts at the
// account's next sequence number. A queue spends only what its sender has at
// the tip; what others are about to pay does not count. So whatever is taken
// from the front of queues, in any mix, a block may hold.
//
// A transfer is local if this node has promised somebody to keep it: one that a
// client has posted, and what its sender had pending before it. A local transfer
// stays until a block has used its sequence number or its
// sender has replaced it. It is not evicted and does not expire, and what could not
// be in a block now is parked. Once the room for local transfers is used up, no
// more are taken on.
//
// A pool changes only by what its one owner tells it: offers of transfers with their
// senders' accounts ([Pool.Enter]), and the steps that the chain's tip has taken
// ([Pool.Follow]). The same calls in the same order make the same pool. Anybody may
// read it meanwhile.
package mempool
