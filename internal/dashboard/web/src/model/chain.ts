import type { BlockRef } from "../api/forms";
import type { Network } from "./network";

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
