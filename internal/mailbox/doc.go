// Package mailbox holds what goroutines hand over to each other with: a bell that
// says that something happened, and a queue whose sender never waits.
package mailbox
