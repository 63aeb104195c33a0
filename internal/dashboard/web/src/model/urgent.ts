import type { Happening } from "../api/forms";

// What comes often by itself: nodes tell of it each second, at moments of their own. A picture
// for each would be as many pictures a second as there are nodes.
const frequent = new Set(["stats", "mempool"]);

// What comes with each block, of each node.
const ofBlocks = new Set(["block-mined", "block-heard", "block-received", "block-connected", "block-disconnected", "tip-moved", "reorg", "mining-result"]);

// urgent reports whether one of these events should be seen at once. Where the nodes have all
// cores, what comes with blocks can wait: to draw it takes time from who makes them.
export function urgent(events: readonly Happening[], crowded: boolean): boolean {
  return events.some((e) => !frequent.has(e.type) && !(crowded && ofBlocks.has(e.type)));
}
