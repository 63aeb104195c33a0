import type { BlockRef } from "../api/forms";
import type { Network } from "./network";

// Standing is how a tip stands to the tip of the main chain.
export type Standing =
  | { kind: "main" }
  | { kind: "behind"; blocks: number } // below it, on the main chain
  | { kind: "ahead"; blocks: number } // on it
  | { kind: "fork"; number: number }; // beside the main chain; from 1

interface Fork {
  tip: string;
  path: string[]; // hashes from the tip down to the main chain, without that
}

// standings returns the standing of each tip of a network's nodes, by its hash, and the
// forks' numbers by the hash of their highest tip: that is what before carries on with the
// next time. A fork keeps its number as it grows, and gives it back when no tip is on it.
export function standings(network: Network, best: BlockRef | null, before: ReadonlyMap<string, number>) {
  const of = new Map<string, Standing>();
  const forks: Fork[] = [];
  const main = new Set<string>();
  let lowest = best?.index ?? 0;
  if (best !== null) {
    main.add(best.hash);
    for (const b of network.chain(best.hash)) {
      main.add(b.hash);
      lowest = b.index;
    }
  }
  for (const tip of distinctTips(network)) {
    if (best === null || tip.hash === best.hash) of.set(tip.hash, { kind: "main" });
    else if (main.has(tip.hash) || tip.index < lowest) of.set(tip.hash, { kind: "behind", blocks: best.index - tip.index });
    else {
      const path = beside(network, tip.hash, main);
      const ground = network.blocks.get(path[path.length - 1]!)?.previous_hash;
      if (ground === best.hash) of.set(tip.hash, { kind: "ahead", blocks: path.length });
      else forks.push({ tip: tip.hash, path });
    }
  }
  const leaves = forks.filter((f) => !forks.some((other) => other !== f && other.path.includes(f.tip)));
  const numbers = numbered(leaves, before);
  for (const f of forks) {
    const leaf = leaves.find((l) => l.path.includes(f.tip))!;
    of.set(f.tip, { kind: "fork", number: numbers.get(leaf.tip)! });
  }
  return { of, numbers };
}

function* distinctTips(network: Network): Generator<BlockRef> {
  const seen = new Set<string>();
  for (const { tip } of network.nodes.values()) {
    if (tip === null || seen.has(tip.hash)) continue;
    seen.add(tip.hash);
    yield tip;
  }
}

// beside returns the hashes from a tip down to the main chain, without that.
function beside(network: Network, tip: string, main: ReadonlySet<string>): string[] {
  const path = [tip];
  for (const b of network.chain(tip)) {
    if (main.has(b.previous_hash)) break;
    if (network.blocks.has(b.previous_hash)) path.push(b.previous_hash);
  }
  return path;
}

// numbered gives each fork the number that it had, or the lowest that is free.
function numbered(leaves: readonly Fork[], before: ReadonlyMap<string, number>): Map<string, number> {
  const numbers = new Map<string, number>();
  const taken = new Set<number>();
  for (const { tip, path } of leaves) {
    const had = path.map((hash) => before.get(hash)).find((n) => n !== undefined && !taken.has(n));
    if (had === undefined) continue;
    numbers.set(tip, had);
    taken.add(had);
  }
  for (const { tip } of leaves) {
    if (numbers.has(tip)) continue;
    let free = 1;
    while (taken.has(free)) free++;
    numbers.set(tip, free);
    taken.add(free);
  }
  return numbers;
}

// letterOf is a fork's letter: A to Z, and then a number.
export function letterOf(number: number): string {
  return number <= 26 ? String.fromCharCode(64 + number) : String(number);
}
