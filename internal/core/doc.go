// Package core is what one node decides, as a pure machine: the protocol engine, the
// node's view of the chain, its mempool, its mining, what it publishes, and the
// answers that it owes to clients. [Machine.Handle] takes an [Input], something that
// happened, and returns the [Effect]s that are to be carried out; [Machine.NextWake]
// says when time itself is one. A driver carries effects out, with sockets, a disk
// and a clock (internal/node) or in virtual time (internal/sim), and brings back what
// came of them as inputs. It holds no sequence of its own.
//
// The machine does no I/O, starts no goroutine and reads no clock. The same inputs at
// the same times bring about the same effects, so that a run can be recorded and
// played again.
//
// All writes of blocks, whoever made them, stand in one line. Once one is done, the
// new tip is announced first, from the bytes at hand; then the mempool follows there;
// then comes the next write. So view and mempool are of one tip, but for that moment.
package core
