import type { Way } from "./record";

// timeToHalf is how many ms a block took from its first node to half of so many nodes; of
// those that have it by now if fewer do, it is undefined.
export function timeToHalf(way: Way, nodes: number): number | undefined {
  const times = [...way.arrivals.values()].map((a) => a.at - way.first).sort((a, b) => a - b);
  return times[Math.max(1, Math.ceil(nodes / 2)) - 1];
}
