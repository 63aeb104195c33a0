// Package measure is what the programs share that measure real nodes from outside:
// a network that is easy to mine on, nodes on it, and the table of what was found.
// It is for Linux.
package measure
