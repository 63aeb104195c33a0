// Package links is the model of a link between two nodes, and of what is wrong with it:
// delay, bandwidth, loss, silence. It is pure: time goes in and times come out, and what
// is random comes from a seed. The transport waits for the times that it says, and the
// simulator has them pass.
//
// A [Link] says what is asked of one direction, from a node to another one; the other
// direction has a Link of its own. It acts on whole frames where they are sent, between
// the queue of the sender and the connection.
package links
