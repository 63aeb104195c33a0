// Package process starts and ends nodes as processes of this machine: [Launcher] is
// a [launch.Launcher]. It holds both halves of what parent and child agree on:
//
//   - The child's standard input is a pipe that the parent holds open. It writes
//     the network's description to it, if there is one, and nothing else. The pipe's
//     end means that the parent is gone, however it went, and the child stops
//     ([WatchParent]).
//   - The first line that the child prints on its standard output says that it
//     is ready, and where ([AnnounceReady]), or why it never will be
//     ([AnnounceError]). A child that has only to do with the data of nodes, and
//     serves nobody, answers there ([DoData]). Whatever it prints there later is thrown away.
//   - The end of its standard error is kept, for whoever reports its death.
//   - It has its own process group, so that Ctrl-C at the terminal reaches the
//     parent alone, which then ends its children in order.
package process
