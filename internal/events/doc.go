// Package events is what happens in a network, told in one form: an [Event] is an
// envelope around one kind of [Data]. A node tells what it does and sees, and the
// manager puts the streams of all nodes and its own news in one order.
package events
