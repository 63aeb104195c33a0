// Package record writes down what a node's core was told, input by input with its
// time, and what it wanted done about it; and it plays that again. A core that is
// told the same does the same, so a fault that a node has met can be met again,
// elsewhere and as often as one likes: [Replay] says where the effects differ first,
// if they do.
//
// A recording is a [Header], with all that the core began with, and then steps. It is
// in the form of encoding/gob, each value with its length and a checksum, so that what
// a crash has cut off or damaged is noticed. Of effects there is a line each, a summary,
// as what they hold is mostly what inputs have brought. What waits to be written is
// bounded; a recording that falls behind ends there, and says so. Whoever plays a recording
// trusts who made it as far as the time and memory go that it takes.
package record
