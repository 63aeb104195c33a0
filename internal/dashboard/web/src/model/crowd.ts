import type { Network, Node } from "./network";

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
