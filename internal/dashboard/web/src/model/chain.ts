import type { BlockRef } from "../api/forms";
import type { Block, Network } from "./network";

// mainChain holds the hashes of the kept blocks from a tip down.
export function mainChain(network: Network, tip: BlockRef | null): Set<string> {
  const hashes = new Set<string>();
  if (tip !== null) for (const b of network.chain(tip.hash)) hashes.add(b.hash);
  return hashes;
}

// Won is which of the kept blocks of a chain were mined by whom.
export interface Won {
  by: ReadonlyMap<string, number>; // by node's name, as far as it is known
  of: number; // blocks
}

// wonOn counts the kept blocks from a tip down by the node that mined them.
export function wonOn(network: Network, tip: BlockRef | null): Won {
  const by = new Map<string, number>();
  let of = 0;
  for (const { node } of tip === null ? [] : network.chain(tip.hash)) {
    of++;
    if (node !== "") by.set(node, (by.get(node) ?? 0) + 1);
  }
  return { by, of };
}

// Chain is where a block stands: on the main chain, outrun by it, or higher than its tip and
// not on it, which is not decided yet.
export type Chain = "main" | "stale" | "open";

// chainOf tells where each block stands to a main chain.
export function chainOf(network: Network, tip: BlockRef | null): (b: Pick<Block, "hash" | "index">) => Chain {
  const main = mainChain(network, tip);
  if (tip !== null) main.add(tip.hash);
  return (b) => (b.index === 0 || main.has(b.hash) ? "main" : b.index > (tip?.index ?? 0) ? "open" : "stale");
}
