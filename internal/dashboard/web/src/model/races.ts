import type { Found } from "./blockcounts";

// Races are blocks that others than a miner have found on one of several blocks of the same
// parent, of which the miner has found some and others some. The share of them that stands on
// the miner's is the gamma of selfish mining, measured.
export interface Races {
  races: number;
  own: number; // of them, those on the miner's block
}

// racesWith counts the races of a miner, as a report does.
export function racesWith(miner: string, found: Iterable<Pick<Found, "hash" | "previous_hash" | "node">>): Races {
  const blocks = new Map([...found].map((b) => [b.hash, b]));
  const children = { own: new Set<string>(), others: new Set<string>() }; // parents of some
  for (const { node, previous_hash } of blocks.values()) (node === miner ? children.own : children.others).add(previous_hash);
  const sum = { races: 0, own: 0 };
  for (const { node, previous_hash } of blocks.values()) {
    const parent = blocks.get(previous_hash);
    if (node === miner || parent === undefined) continue;
    if (!children.own.has(parent.previous_hash) || !children.others.has(parent.previous_hash)) continue;
    sum.races++;
    if (parent.node === miner) sum.own++;
  }
  return sum;
}
