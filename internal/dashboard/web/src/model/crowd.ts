import type { Happening } from "../api/forms";
import type { Network, Node } from "./network";

// happens is how much has happened with events of so many nodes: these, and the transfers, which
// the page is not told of one by one. Each node tells how many have come to it.
export function happens(events: readonly Happening[], nodes: number): number {
  const came = events.reduce((sum, e) => sum + (e.type === "mempool" ? Number(e.data.accepted ?? 0) : 0), 0);
  return events.length + came / Math.max(nodes, 1);
}

// crowds reports whether a network's nodes have so many cores of the manager's machine busy
// with mining.
export function crowds(network: Network, cores: number): boolean {
  const racing = network.session?.mode === "race";
  let busy = 0;
  for (const node of network.nodes.values()) if (node.state === "running" && node.machine === undefined && (racing || searches(node))) busy++;
  return busy >= cores;
}

// searches reports whether a node searches without a pause.
function searches({ mining }: Node): boolean {
  return mining?.mode === "continuous" && !mining.hashrate;
}
