import type { Network } from "./network";

// coloured is how many miners have a colour of their own: those with the most blocks.
export const coloured = 7;

// hues gives the miners with the most blocks a number from 1 to 7, which the style sheet
// turns into a colour, and all others 0. A miner keeps its number while it is among them,
// so before carries the last answer.
export function hues(network: Network, before: ReadonlyMap<string, number>): Map<string, number> {
  const count = new Map<string, number>();
  for (const b of network.blocks.values()) if (b.node !== "") count.set(b.node, (count.get(b.node) ?? 0) + 1);
  const first = [...count.keys()].sort((a, b) => count.get(b)! - count.get(a)! || a.length - b.length || (a < b ? -1 : 1)).slice(0, coloured);
  const result = new Map<string, number>();
  for (const name of first) if (before.get(name)) result.set(name, before.get(name)!);
  const taken = new Set(result.values());
  for (const name of first) {
    if (result.has(name)) continue;
    let hue = 1;
    while (taken.has(hue)) hue++;
    taken.add(hue);
    result.set(name, hue);
  }
  return result;
}
